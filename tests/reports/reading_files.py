"""What a reader finds in a report's files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pypdfium2


def pages_of(pdf: Path | bytes) -> list[str]:
    """The text of each page, with single blanks."""
    document = pypdfium2.PdfDocument(pdf)
    return [" ".join(page.get_textpage().get_text_bounded().split()) for page in document]


def text_of(pdf: Path | bytes) -> str:
    return " ".join(pages_of(pdf))


def outside_margins(pdf: Path | bytes, points: float) -> list[int]:
    """Numbers of the pages with ink nearer to an edge than so many points."""
    found = []
    for number, page in enumerate(pypdfium2.PdfDocument(pdf), start=1):
        picture = page.render(scale=1).to_pil().convert("L")
        edge = round(points)
        inner = (edge, edge, picture.width - edge, picture.height - edge)
        picture.paste(255, inner)
        if picture.getextrema()[0] < 250:
            found.append(number)
    return found


def sheets_of(path: Path) -> dict[str, list[list[Any]]]:
    """The cells of each sheet; a formula would be its text, beginning with `=`."""
    book = openpyxl.load_workbook(path)
    return {sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in book}


def kinds_of(path: Path) -> set[str]:
    """Which kinds of cells there are: `s` text, `n` number, `d` date, `f` formula."""
    return {cell.data_type for sheet in openpyxl.load_workbook(path) for row in sheet.iter_rows() for cell in row}
