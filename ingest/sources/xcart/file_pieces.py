"""Cutting the shop's XML into its orders, so that a malformed one does not affect the others.

A strict parser stops at the first error, and a lenient one does not report what it left out. So the file is cut at
the tags of its orders, and each piece is parsed by itself. An order has a limit in bytes, and anything between
orders (a tag, a comment, text) has another.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ingest.errors import FileRefused, FileUnfinished

ROOTS = (b"DentistSelectOrders", b"orders")
# An order takes some 1,200 bytes; one of 1,000 lines takes 150,000.
MOST_ORDER = 1024 * 1024
_MOST_BETWEEN = 64 * 1024
_MOST_MARKUP = 1_000_000
_MOST_DEPTH = 8
# Longer than any tag at which an order ends: such a tag may be split between two blocks.
_LONGEST_END = 256

_NEEDED = MOST_ORDER + _MOST_BETWEEN

_ASCII = bytes(range(128))
_CLOSED_BY = {b"<!--": b"-->", b"<![CDATA[": b"]]>", b"<?": b"?>"}
_ENDS = rb"(?P<end>/order\s*>)|order(?=[\s/>])|/(?:" + b"|".join(ROOTS) + rb")\s*>"
_BOUNDARY = re.compile(b"<(?:" + _ENDS + b")")
_BOUNDARY_OR_ASIDE = re.compile(b"<(?:" + _ENDS + rb"|!--|!\[CDATA\[|\?)")
_ORDER = re.compile(rb"<(?:(order)|orderid)(?=[\s/>])")
_TAG = re.compile(rb"""<(/?)([^\s<>/"'!?][^\s<>/"']*)((?:[^<>"']+|"[^"]*"|'[^']*')*+)>""")
_DECLARES = re.compile(rb"<![A-Za-z]")
# A document type with the root's name only: no entities, no other file.
_PLAIN_TYPE = re.compile(rb"<!DOCTYPE\s{1,9}[A-Za-z_][\w.-]{0,99}\s{0,9}>")
_DECLARATION = re.compile(rb"""<\?xml\s[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
# Encodings in which the bytes of < and > mean nothing else.
_ENCODINGS = re.compile(r"utf-8|ascii|iso8859-\d+|cp\d+|koi8-[rtu]|mac-roman|euc_jp|gb2312|gbk|big5|shift_jis")


@dataclass(frozen=True)
class Piece:
    """The text of one order in the file.

    Attributes:
        line: The line of the file in which it begins, from 1.
        body: Its bytes, from `<order` to `</order>`; of one with a problem only the beginning.
        problem: Why it cannot be cut, as the second half of a sentence, else None.
    """

    line: int
    body: bytes
    problem: str | None = None


class Cutter:
    """Cuts one file, which is read once, block by block.

    Attributes:
        encoding: The encoding of the pieces; known once the first was yielded.
    """

    def __init__(self, blocks: Iterator[bytes], file_name: str) -> None:
        self.encoding = "utf-8"
        self._blocks = blocks
        self._file_name = file_name
        self._data = b""
        self._at = 0
        self._line = 1
        self._markup = 0
        self._depth = 0
        self._root: bytes | None = None
        self._is_over = False
        self._is_read = False

    def pieces(self) -> Iterator[Piece]:
        """Yield the orders of the file, which are valid only when the iterator ends without an error.

        Raises:
            FileUnfinished: The file ends before its root element does.
            FileRefused: It is an attack, or not an order export.
        """
        self._begin()
        while self._find_markup():
            starts = self._root and not self._is_over and _ORDER.match(self._data, self._at)
            if starts and starts[1]:
                yield self._cut_order(starts.end())
            elif starts:
                # An element of an order is outside of one: the start tag is malformed.
                yield replace(self._cut_order(starts.end()), problem="has no start tag <order>")
            else:
                self._pass_markup()
        if not self._is_over:
            raise self._unfinished()

    def _begin(self) -> None:
        """Detect the encoding of the file, and skip text before its first markup, such as a warning."""
        first = next(self._blocks, b"")
        wide = _wide_encoding(first)
        if wide:
            self._blocks = _as_utf8(first, self._blocks, wide)
        else:
            self._data = first
        self._fill()
        start = self._data.find(b"<", 0, _MOST_BETWEEN)
        if start < 0 and self._data.strip():
            raise self._refused("holds no XML")
        declared = _DECLARATION.match(self._data, max(start, 0))
        if declared and not wide:
            self.encoding = self._known_encoding(declared[1].decode())

    def _known_encoding(self, name: str) -> str:
        try:
            known = codecs.lookup(name).name
            if _ENCODINGS.fullmatch(known) and _ASCII.decode(known) == _ASCII.decode("ascii"):
                return known
        except (LookupError, ValueError):
            pass
        raise self._refused(f"declares that its encoding is {name}, which cannot be read (export it as UTF-8)")

    def _find_markup(self) -> bool:
        """Move to the next `<`; return whether there is one."""
        self._fill()
        found = self._data.find(b"<", self._at, self._at + _MOST_BETWEEN)
        if found < 0 and len(self._data) - self._at >= _MOST_BETWEEN:
            raise self._too_long_between("a text")
        self._go_to(found if found >= 0 else len(self._data))
        return found >= 0

    def _pass_markup(self) -> None:
        """Skip a tag, a comment or the like outside of orders."""
        self._markup += 1
        if self._markup > _MOST_MARKUP:
            raise self._refused(f"has more than {_MOST_MARKUP:,} tags and comments outside its orders")
        for opening, closing in _CLOSED_BY.items():
            if self._data.startswith(opening, self._at):
                self._pass_aside(opening, closing)
                return
        plain = _PLAIN_TYPE.match(self._data, self._at) if self._root is None else None
        if plain:
            self._go_to(plain.end())
            return
        if _DECLARES.match(self._data, self._at):
            raise FileRefused(
                f"{self._file_name} declares entities or an external document type, as attacks do, so it is "
                "not an order export. Nothing was loaded."
            )
        tag = _TAG.match(self._data, self._at, self._at + _MOST_BETWEEN)
        if tag is None:
            # No tag: text, or the end of a file that is still being written.
            self._go_to(self._at + 1)
        else:
            self._note_tag(is_end=bool(tag[1]), name=tag[2], is_empty=tag[3].endswith(b"/"))
            self._go_to(tag.end())

    def _pass_aside(self, opening: bytes, closing: bytes) -> None:
        end = self._data.find(closing, self._at + len(opening), self._at + _MOST_BETWEEN)
        if end >= 0:
            self._go_to(end + len(closing))
        elif len(self._data) - self._at >= _MOST_BETWEEN:
            raise self._too_long_between("a comment, section or instruction")
        else:
            # It is not closed: the text after it is parsed.
            self._go_to(self._at + len(opening))

    def _note_tag(self, *, is_end: bool, name: bytes, is_empty: bool) -> None:
        if self._root is None:
            if is_end or name not in ROOTS:
                wanted = " or ".join(f"<{root.decode()}>" for root in ROOTS)
                raise self._refused(f"begins with <{name[:40].decode('utf-8', 'replace')}>, not with {wanted}")
            self._root, self._is_over = name, is_empty
        elif self._is_over:
            raise self._refused(f"continues after </{self._root.decode()}>")
        elif is_end:
            self._is_over = name == self._root
            self._depth -= 1
        elif not is_empty:
            self._depth += 1
            if self._depth > _MOST_DEPTH:
                raise self._refused(f"nests elements more than {_MOST_DEPTH} deep")

    def _cut_order(self, inside: int) -> Piece:
        """Cut the order that begins here, up to its end tag or where it must have ended."""
        start, line, limit = self._at, self._line, self._at + MOST_ORDER
        tag = _TAG.match(self._data, start, start + _MOST_BETWEEN)
        if tag and tag[3].endswith(b"/"):
            self._go_to(tag.end())
            return Piece(line, tag[0])
        found = self._find_order_end(inside, limit)
        if found is None:
            if len(self._data) < limit:
                raise self._unfinished()
            return self._pass_long_order(line, limit)
        if found.lastgroup == "end":
            self._go_to(found.end())
            return Piece(line, self._data[start : found.end()])
        self._go_to(found.start())
        return Piece(line, self._data[start : found.start()], "has no end tag </order>")

    def _find_order_end(self, at: int, limit: int) -> re.Match[bytes] | None:
        """Return the tag at which an order ends, not counting those in comments and sections."""
        pattern = _BOUNDARY_OR_ASIDE
        while (found := pattern.search(self._data, at, limit)) is not None:
            closing = _CLOSED_BY.get(found[0])
            if closing is None:
                return found
            end = self._data.find(closing, found.end(), min(found.end() + _MOST_BETWEEN, limit))
            if end < 0 or self._hides_orders(found.end(), end):
                # It is not closed in this order: the order is malformed and ends at the next end tag.
                pattern, at = _BOUNDARY, found.end()
            else:
                at = end + len(closing)
        return None

    def _hides_orders(self, start: int, end: int) -> bool:
        """Return whether an order ends and another begins in a comment or section: it was not closed."""
        hidden = _BOUNDARY.search(self._data, start, end)
        return bool(hidden and hidden.lastgroup == "end" and _ORDER.search(self._data, hidden.end(), end))

    def _pass_long_order(self, line: int, limit: int) -> Piece:
        beginning = self._data[self._at : self._at + _MOST_BETWEEN]
        self._go_to(limit - _LONGEST_END)
        while (found := _BOUNDARY.search(self._data, self._at)) is None:
            if self._is_read:
                raise self._unfinished()
            self._go_to(max(self._at, len(self._data) - _LONGEST_END))
            self._fill()
        self._go_to(found.end() if found.lastgroup == "end" else found.start())
        return Piece(line, beginning, f"is longer than {MOST_ORDER // 1024} KB, which no order is")

    def _fill(self) -> None:
        """Read ahead as many bytes as the longest text and the longest order have, or to the end of the file."""
        ahead = len(self._data) - self._at
        if ahead >= _NEEDED or self._is_read:
            return
        parts = [self._data[self._at :]]
        while ahead < 2 * _NEEDED and not self._is_read:
            block = next(self._blocks, b"")
            self._is_read = not block
            parts.append(block)
            ahead += len(block)
        self._data, self._at = b"".join(parts), 0

    def _go_to(self, at: int) -> None:
        self._line += self._data.count(b"\n", self._at, at)
        self._at = at

    def _unfinished(self) -> FileUnfinished:
        return FileUnfinished(
            f"{self._file_name} is incomplete. Nothing was loaded. It may still be being written: the next run "
            "reads it again."
        )

    def _too_long_between(self, what: str) -> FileRefused:
        return self._refused(f"has {what} of more than {_MOST_BETWEEN // 1024} KB outside its orders")

    def _refused(self, reason: str) -> FileRefused:
        return FileRefused(
            f"{self._file_name} {reason}, so it is not an order export. Nothing was loaded. "
            "Check that the path names the shop's file."
        )


def _wide_encoding(first: bytes) -> str | None:
    """Return the encoding of a file with two bytes a character, None for another."""
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return {b"<\0": "utf-16-le", b"\0<": "utf-16-be"}.get(first[:2])


def _as_utf8(first: bytes, blocks: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    """Convert blocks to UTF-8; half a surrogate pair becomes invalid bytes, so its order cannot be parsed."""
    decoder = codecs.getincrementaldecoder(encoding)("surrogatepass")
    yield decoder.decode(first).encode("utf-8", "surrogatepass")
    for block in blocks:
        yield decoder.decode(block).encode("utf-8", "surrogatepass")
