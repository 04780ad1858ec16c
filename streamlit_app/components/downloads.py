"""Download buttons. A file is made when its button is pressed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import streamlit as st

from streamlit_app.data.snapshot_reader import Snapshot
from workflows.page_api import Document, Source, make_report

_KINDS = {
    "PDF": ("pdf", "application/pdf"),
    "XLSX": ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "CSV": ("csv", "text/csv"),
}


@dataclass(frozen=True)
class Download:
    """A file.

    Attributes:
        kind: PDF, XLSX or CSV.
        make: Returns the content; runs in its own thread.
        name: The file name; empty for the default of `show_downloads`.
    """

    kind: str
    make: Callable[[], bytes]
    name: str = ""


def report_downloads(
    snapshot: Snapshot, describe: Callable[[Source], Document], notice: str = ""
) -> list[Download]:
    """Return a report as PDF and XLSX, made from the snapshot that is shown.

    Args:
        snapshot: The snapshot.
        describe: Returns the report's content.
        notice: A sentence for the top of each page; empty for none.
    """
    locale = snapshot.dates.locale

    def describe_with_notice(source: Source) -> Document:
        document = describe(source)
        return replace(document, notice=" ".join(filter(None, (notice, document.notice))))

    return [
        Download("PDF", lambda: make_report(snapshot.path, locale, describe_with_notice, as_pdf=True)),
        Download("XLSX", lambda: make_report(snapshot.path, locale, describe_with_notice, as_pdf=False)),
    ]


def archived_downloads(files: Iterable[Path]) -> list[Download]:
    """Return archived files as downloads."""
    return [Download(file.suffix[1:].upper(), file.read_bytes, file.name) for file in files]


def show_downloads(name: str, downloads: list[Download]) -> None:
    """Show a button for each file.

    Args:
        name: The file name without its ending. No personal data in it.
        downloads: The files.
    """
    with st.container(horizontal=True, gap="small"):
        for download in downloads:
            ending, mime = _KINDS[download.kind]
            st.download_button(
                download.kind,
                download.make,
                file_name=download.name or f"{name}.{ending}",
                mime=mime,
                icon=":material/download:",
                on_click="ignore",
                key=f"download-{name}.{ending}",
            )
