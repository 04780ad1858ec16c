"""Load recorded or hand-made payloads from files, one JSON object per line, served unchanged."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from sandbox.book import Book
from sandbox.resources import Row

_SHOWN = re.compile(rb'"(\w+)"\s*:\s*(?:"([^"\\]*)"|(\d+))')


def load_row_files(book: Book, files: dict[str, Path]) -> Book:
    """Fill a book from JSON lines; `files` maps orders, shipments … to a file.

    Orders, shipments and fulfillments are served verbatim, also invalid JSON if its id can be found. A later line
    with the same id replaces an earlier one.
    ValueError, with file and line, for lines that cannot be served.
    """
    for name, path in files.items():
        rows = _rows(path)
        if name == "carriers":
            book.reference.carriers[:] = [row for _, _, row in rows]
        elif name == "stores":
            book.reference.stores[:] = [row for _, _, row in rows]
        else:
            for number, line, row in rows:
                try:
                    book.load(name, row, line)
                except ValueError as problem:
                    raise ValueError(f"{path}, line {number}: {problem}") from problem
    return book


def save_row_files(book: Book, folder: Path) -> None:
    """Write the orders, shipments and fulfillments of a book, for `load_row_files` to read."""
    folder.mkdir(exist_ok=True)
    for name, path in saved_row_files(folder).items():
        part = path.with_suffix(".part")
        part.write_bytes(b"".join(record.payload + b"\n" for record in book.newest(name)))
        part.replace(path)


def saved_row_files(folder: Path) -> dict[str, Path]:
    """Return the files of `save_row_files`, by the name of their list."""
    return {name: folder / f"{name}.jsonl" for name in ("orders", "shipments", "fulfillments")}


def _rows(path: Path) -> Iterator[tuple[int, bytes, Row]]:
    try:
        lines = path.read_bytes().splitlines()
    except OSError as problem:
        raise ValueError(f"The file {path} cannot be read ({problem.strerror}): name a file of rows.") from problem
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield number, line.strip(), _row(path, number, line)


def _row(path: Path, number: int, line: bytes) -> Row:
    try:
        row: Any = orjson.loads(line)
    except orjson.JSONDecodeError as problem:
        row = shown_fields(line)
        if not row:
            raise ValueError(f"{path}, line {number} is not JSON: give one JSON object a line.") from problem
    if not isinstance(row, dict):
        raise ValueError(f"{path}, line {number} is not a JSON object: give one JSON object a line.")
    return row


def shown_fields(line: bytes) -> Row:
    """Return the strings and integers found in a line, valid JSON or not; the first of each field."""
    row: Row = {}
    for name, text, number in _SHOWN.findall(line):
        row.setdefault(name.decode(), int(number) if number else text.decode(errors="replace"))
    return row
