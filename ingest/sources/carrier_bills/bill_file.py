"""Reading a carrier's file as rows of cells, whatever its encoding and delimiter."""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from ingest.errors import FileRefused

# 100,000 lines of UPS are about 60 MB.
MOST_BYTES = 256 * 1024 * 1024
_BLOCK = 1 << 16
_DELIMITERS = ",;\t"
_MOST_COLUMNS = 1000
_NO_TEXT = {
    b"PK\x03\x04": "is a workbook or an archive. Export the bill as CSV",
    b"\xd0\xcf\x11\xe0": "is a workbook. Export the bill as CSV",
    b"%PDF": "is a PDF. Download the bill as CSV",
    b"\x1f\x8b": "is compressed. Unpack it first",
}


@dataclass(frozen=True)
class BillFile:
    """A file whose content is known.

    Attributes:
        path: The file.
        name: Its name, for people.
        content_hash: A hash of its bytes.
        encoding: How its text is read.
        ends_with_newline: Whether its last line has an end.
    """

    path: Path
    name: str
    content_hash: str
    encoding: str
    ends_with_newline: bool


@dataclass(frozen=True)
class Row:
    """A row of cells, and the line of the file in which it begins, from 1."""

    line: int
    cells: list[str]


def inspect_file(path: Path, name: str) -> BillFile:
    """Return the hash and the encoding of a file.

    Raises:
        FileRefused: It cannot be read, is not text, is empty, or is larger than any bill.
    """
    digest = hashlib.blake2b(digest_size=16)
    first, last, size, decoder = b"", b"", 0, codecs.getincrementaldecoder("utf-8")()
    is_utf8 = True
    try:
        if not path.is_file():
            raise FileRefused(f"There is no file {path}. Give the bill as the carrier exports it, as CSV.")
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                first, last, size = first or block, block, size + len(block)
                digest.update(block)
                is_utf8 = is_utf8 and _decodes(decoder, block)
                if size > MOST_BYTES:
                    raise FileRefused(f"{name} is larger than {MOST_BYTES // 1024**2} MB, so it is not a bill.")
    except OSError as problem:
        raise FileRefused(f"{name} cannot be read ({problem.strerror}). Give this user the right to.") from problem
    if not first.strip():
        raise FileRefused(f"{name} is empty. Export the bill again.")
    encoding = _encoding(first, name, is_utf8=is_utf8 and not decoder.getstate()[0])
    ends = last.rstrip(b"\0").endswith((b"\n", b"\r"))
    return BillFile(path, name, digest.hexdigest(), encoding, ends)


def _decodes(decoder: codecs.IncrementalDecoder, block: bytes) -> bool:
    try:
        decoder.decode(block)
    except UnicodeDecodeError:
        return False
    return True


def _encoding(first: bytes, name: str, *, is_utf8: bool) -> str:
    for beginning, what in _NO_TEXT.items():
        if first.startswith(beginning):
            raise FileRefused(f"{name} {what}, and import that.")
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\0" in first[:2]:
        return "utf-16-be" if first[:1] == b"\0" else "utf-16-le"
    if b"\0" in first:
        raise FileRefused(f"{name} is not text. Export the bill as CSV, and import that.")
    # Names in Windows' encoding are in columns that are not loaded.
    return "utf-8-sig" if is_utf8 else "cp1252"


def read_rows(file: BillFile) -> Iterator[Row]:
    """Yield the rows of a file, the header first, without empty ones.

    The rows are valid only when the iterator ends without an error.

    Raises:
        FileRefused: A quoted cell does not end, or the file changed since it was inspected.
    """
    hashed = _Hashed(file.path)
    line = 1
    try:
        with io.TextIOWrapper(io.BufferedReader(hashed, _BLOCK), file.encoding, newline="") as text:
            first = text.readline()
            reader = csv.reader(chain([first], text), delimiter=_delimiter(first), strict=True)
            for cells in reader:
                if any(cells):
                    yield _row(file, line, cells)
                line = reader.line_num + 1
    except csv.Error as problem:
        raise FileRefused(
            f"Line {line} of {file.name} has a quoted cell that does not end, so the file is damaged or cut. "
            "Nothing was loaded. Export the bill again."
        ) from problem
    except UnicodeError as problem:
        raise FileRefused(
            f"The text of {file.name} is damaged after line {line}. Nothing was loaded. Export the bill again."
        ) from problem
    if hashed.digest.hexdigest() != file.content_hash:
        raise FileRefused(f"{file.name} changed while it was read. Nothing was loaded. Import it again.")


def _row(file: BillFile, line: int, cells: list[str]) -> Row:
    if len(cells) > _MOST_COLUMNS:
        raise FileRefused(f"Line {line} of {file.name} has {len(cells):,} columns, so it is not a bill.")
    return Row(line, cells)


def _delimiter(first: str) -> str:
    """Return the delimiter that the first line has most of, outside of quotes."""
    bare = re.sub(r'"[^"]*"', "", first)
    return max(_DELIMITERS, key=bare.count)


class _Hashed(io.RawIOBase):
    """A file that hashes what is read of it."""

    def __init__(self, path: Path) -> None:
        self.digest = hashlib.blake2b(digest_size=16)
        self._file = path.open("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        """Read into a buffer."""
        size = self._file.readinto(buffer)
        self.digest.update(memoryview(buffer)[:size])
        return size

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()
