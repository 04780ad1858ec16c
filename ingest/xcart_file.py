"""Reading the shop's XML: a stream of orders, bounded in every direction.

The file is somebody else's: declarations of document types and entities are refused (they can make a few bytes
into gigabytes, or read other files), and so is what is larger, deeper or longer than any order could be. No tree
is built: an order is handed on when it ends, so the size of the file does not matter to memory.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.ElementTree import DefusedXMLParser  # type: ignore[import-untyped]

from ingest.errors import FileRefused, FileUnfinished

ROOTS = ("DentistSelectOrders", "orders")
# 100,000 orders are about 120 MB.
MOST_BYTES = 512 * 1024 * 1024
_MOST_DEPTH = 8
_MOST_TEXT = 64 * 1024
_MOST_FIELDS = 200
_MOST_LINES = 1000
_CHUNK = 1 << 16


@dataclass
class ShopOrder:
    """An order as the file tells it: texts by element name, nothing checked.

    Attributes:
        position: Its place in the file, from 1.
        fields: The order's own elements.
        lines: The elements of each `order_detail`.
    """

    position: int
    fields: dict[str, str] = field(default_factory=dict)
    lines: list[dict[str, str]] = field(default_factory=list)


def hash_file(path: Path) -> str:
    """A hash of the file's content.

    Raises:
        FileRefused: It is no file, cannot be read, or is larger than any export of orders.
    """
    digest = hashlib.blake2b(digest_size=16)
    for chunk in _chunks(path):
        digest.update(chunk)
    return digest.hexdigest()


def read_orders(path: Path, expected_hash: str) -> Iterator[ShopOrder]:
    """The orders of a file, in its order. What was given is good only when the iterator ends without an error.

    Args:
        path: The file.
        expected_hash: What `hash_file` gave: the content must not have changed since.

    Raises:
        FileUnfinished: The file ends too early, is no XML, or changed while it was read: it may be half written.
        FileRefused: It is an attack, or no export of orders.
    """
    orders = _Orders(path.name)
    parser = DefusedXMLParser(target=orders, forbid_dtd=True)
    digest = hashlib.blake2b(digest_size=16)
    try:
        for chunk in _chunks(path):
            digest.update(chunk)
            parser.feed(chunk)
            yield from orders.take()
        parser.close()
        yield from orders.take()
    except DefusedXmlException as problem:
        raise FileRefused(
            f"{path.name} declares a document type or entities, which no export of orders does and attacks do. "
            "Nothing of it was loaded."
        ) from problem
    except (ParseError, LookupError, ValueError) as problem:
        raise FileUnfinished(
            f"{path.name} is no complete XML ({problem}). Nothing of it was loaded. It may still be being "
            "written: the next run reads it again."
        ) from problem
    if digest.hexdigest() != expected_hash:
        raise FileUnfinished(
            f"{path.name} changed while it was read. Nothing of it was loaded; the next run reads it again."
        )


def _chunks(path: Path) -> Iterator[bytes]:
    try:
        if not path.is_file():
            raise FileRefused(f"{path} is no file. Give the shop's XML file, or the folder it is in.")
        left = MOST_BYTES
        with path.open("rb") as file:
            # A file may grow while it is read.
            while chunk := file.read(_CHUNK):
                left -= len(chunk)
                if left < 0 or path.stat().st_size > MOST_BYTES:
                    raise FileRefused(
                        f"{path.name} is larger than {MOST_BYTES // 1024**2} MB, which no export of orders is. "
                        "Nothing of it was loaded."
                    )
                yield chunk
    except OSError as problem:
        raise FileRefused(f"{path} cannot be read ({problem.strerror}). Give this user the right to.") from problem


class _Orders:
    """What the parser tells of elements, gathered into orders."""

    def __init__(self, file_name: str) -> None:
        self._file_name = file_name
        self._depth = 0
        self._count = 0
        self._order: ShopOrder | None = None
        self._line: dict[str, str] | None = None
        self._texts: list[str] = []
        self._text_length = 0
        self._finished: list[ShopOrder] = []

    def take(self) -> list[ShopOrder]:
        """The orders that have ended since this was last asked."""
        taken, self._finished = self._finished, []
        return taken

    def start(self, tag: str, _attributes: dict[str, str]) -> None:
        """An element begins."""
        self._depth += 1
        if self._depth == 1 and tag not in ROOTS:
            raise self._refused(f"begins with <{tag[:40]}>, not with <{'> or <'.join(ROOTS)}>")
        if self._depth > _MOST_DEPTH:
            raise self._refused(f"nests elements more than {_MOST_DEPTH} deep")
        self._texts.clear()
        self._text_length = 0
        if tag == "order":
            if self._order is not None:
                raise self._refused("has an order inside another")
            self._count += 1
            self._order = ShopOrder(self._count)
        elif tag == "order_detail" and self._order is not None:
            self._line = {}

    def data(self, text: str) -> None:
        """Some of an element's text."""
        self._text_length += len(text)
        if self._text_length > _MOST_TEXT:
            raise self._refused(f"has a text of more than {_MOST_TEXT} characters")
        self._texts.append(text)

    def end(self, tag: str) -> None:
        """An element ends."""
        self._depth -= 1
        order, line = self._order, self._line
        if order is None:
            return
        if tag == "order":
            self._finished.append(order)
            self._order = self._line = None
        elif tag == "order_detail" and line is not None:
            order.lines.append(line)
            self._line = None
            self._bound(len(order.lines), _MOST_LINES, "lines")
        else:
            fields = order.fields if line is None else line
            fields[tag] = "".join(self._texts).strip()
            self._texts.clear()
            self._bound(len(fields), _MOST_FIELDS, "fields")

    def close(self) -> None:
        """The document has ended."""

    def _bound(self, count: int, most: int, what: str) -> None:
        if count > most:
            raise self._refused(f"has an order of more than {most} {what}")

    def _refused(self, reason: str) -> FileRefused:
        return FileRefused(
            f"{self._file_name} {reason}; that is no export of orders. Nothing of it was loaded. "
            "Check that the path names the shop's file."
        )
