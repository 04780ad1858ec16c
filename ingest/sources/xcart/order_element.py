"""Parsing one order of the shop's XML into the texts of its elements."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from ingest.sources.xcart.file_pieces import Piece

_MOST_DEPTH = 8
_MOST_TEXT = 64 * 1024
_MOST_FIELDS = 200
_MOST_LINES = 1000
_NUMBER = re.compile(rb"<orderid>\s*([0-9A-Za-z][0-9A-Za-z_-]{0,49})\s*</orderid>")
# The parser's error messages as reasons that a user can act on.
_REASONS = {
    expat.errors.XML_ERROR_INVALID_TOKEN: "has a character that XML does not allow there, such as & "
    "or < alone, or a control character",
    expat.errors.XML_ERROR_UNDEFINED_ENTITY: "uses an entity that XML does not know, such as &nbsp;",
    expat.errors.XML_ERROR_BAD_CHAR_REF: "names a character that no text may hold, such as &#11;",
    expat.errors.XML_ERROR_TAG_MISMATCH: "has an end tag that does not match its start tag",
    expat.errors.XML_ERROR_DUPLICATE_ATTRIBUTE: "has an attribute twice",
}


@dataclass
class ShopOrder:
    """An order as it is in the file: texts by element name, not validated.

    Attributes:
        position: Its position in the file, from 1.
        line: The line of the file in which it begins or in which its problem is, from 1.
        fields: The order's own elements; of an order with a problem only its number, if that can be read.
        lines: The elements of each `order_detail`.
        problem: Why it cannot be parsed, as the second half of a sentence without personal data.
    """

    position: int
    line: int
    fields: dict[str, str] = field(default_factory=dict)
    lines: list[dict[str, str]] = field(default_factory=list)
    problem: str | None = None


def read_order(piece: Piece, position: int, encoding: str) -> ShopOrder:
    """Parse the order in a piece of the file.

    Args:
        piece: The piece of the file.
        position: Its position in the file, from 1.
        encoding: The file's encoding.
    """
    if piece.problem:
        return _unreadable(piece, position, piece.line, piece.problem)
    elements = _Elements(ShopOrder(position, piece.line))
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = elements.start
    parser.CharacterDataHandler = elements.data
    parser.EndElementHandler = elements.end
    try:
        parser.Parse(piece.body.decode(encoding), True)
    except UnicodeDecodeError as problem:
        line = piece.line + piece.body.count(b"\n", 0, problem.start)
        return _unreadable(piece, position, line, f"has bytes that are no text in the file's encoding, {encoding}")
    except _TooMuch as problem:
        return _unreadable(piece, position, piece.line, str(problem))
    except expat.ExpatError as problem:
        words = expat.ErrorString(problem.code)
        reason = _REASONS.get(words, f"is no well-formed XML ({words})")
        return _unreadable(piece, position, piece.line + problem.lineno - 1, reason)
    return elements.order


def _unreadable(piece: Piece, position: int, line: int, problem: str) -> ShopOrder:
    number = _NUMBER.search(piece.body)
    fields = {"orderid": number[1].decode("ascii")} if number else {}
    return ShopOrder(position, line, fields, problem=problem)


class _TooMuch(Exception):
    """An order exceeds a limit; the message is the second half of a sentence."""


class _Elements:
    """Handlers of the parser that collect an order's texts."""

    def __init__(self, order: ShopOrder) -> None:
        self.order = order
        self._depth = 0
        self._line: dict[str, str] | None = None
        self._texts: list[str] = []
        self._text_length = 0

    def start(self, tag: str, _attributes: Any) -> None:
        """Handle a start tag."""
        self._depth += 1
        _bound(self._depth, _MOST_DEPTH, "levels of elements")
        self._texts.clear()
        self._text_length = 0
        if tag == "order_detail":
            self._line = {}

    def data(self, text: str) -> None:
        """Handle a part of an element's text."""
        self._text_length += len(text)
        _bound(self._text_length, _MOST_TEXT, "characters in one element")
        self._texts.append(text)

    def end(self, tag: str) -> None:
        """Handle an end tag."""
        self._depth -= 1
        if self._depth == 0:
            return
        if tag == "order_detail" and self._line is not None:
            self.order.lines.append(self._line)
            self._line = None
            _bound(len(self.order.lines), _MOST_LINES, "lines")
        else:
            fields = self.order.fields if self._line is None else self._line
            fields[tag] = "".join(self._texts).strip()
            self._texts.clear()
            _bound(len(fields), _MOST_FIELDS, "fields")


def _bound(count: int, most: int, what: str) -> None:
    if count > most:
        raise _TooMuch(f"has more than {most:,} {what}, which no order has")
