"""A page of a list: its readable rows, and the texts of the others.

A page is parsed as a whole. When one row makes that fail, the page is cut into the texts of its rows at brackets
and commas, so that all others can be read. Where even that fails, the caller reads the page in smaller pieces (see
`unreadable_rows`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

import msgspec

from ingest.client.payload import Payload, without_half_pairs
from ingest.errors import UnexpectedAnswer

# ShipStation returns at most 500 rows. Tiny rows take a hundred times their text in memory.
_MOST_ROWS = 5000
_decode_rows = msgspec.json.Decoder(list[msgspec.Raw]).decode
_decode_envelope = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{},]', re.DOTALL)
_CLOSES = {b"]": b"[", b"}": b"{"}


@dataclass(frozen=True)
class UnreadableRow:
    """A row that cannot be read.

    Attributes:
        offset: Its offset, from 0, in the page or list that it was found in.
        before: The readable row before it, if any.
        text: Its text, if it was sent.
    """

    offset: int
    before: Payload | None
    text: bytes = b""


@dataclass(frozen=True)
class Page:
    """Rows of a list, in its order, and the total in the answer."""

    rows: list[Payload]
    total: int | None = None
    unreadable: tuple[UnreadableRow, ...] = ()

    @property
    def size(self) -> int:
        """The number of rows, readable or not."""
        return len(self.rows) + len(self.unreadable)


def read_page(body: bytes, envelope: str) -> Page | None:
    """Return the page in an answer; None when it has no such list.

    Raises:
        ValueError: The body, or one of its rows, is not a JSON object that can be stored.
        UnexpectedAnswer: It has far more rows than a page.
    """
    body = without_half_pairs(body)
    body.decode()  # msgspec does not check the UTF-8 of what it skips
    try:
        answer = _decode_envelope(body)
        texts = _decode_rows(answer[envelope])
    except (msgspec.ValidationError, KeyError):
        return None
    except RecursionError as problem:
        raise ValueError("nested too deeply") from problem
    if len(texts) > _MOST_ROWS:
        raise UnexpectedAnswer(
            f"ShipStation sent a page of {len(texts):,} rows, where at most 500 were asked for."
        )
    return Page([Payload(bytes(text)) for text in texts], _total(answer))


def read_around(body: bytes, envelope: str) -> Page | None:
    """Return the page with its unreadable rows set apart; None when its rows cannot be separated.

    Args:
        body: An answer that `read_page` refused.
        envelope: The field that holds the rows.
    """
    body = without_half_pairs(body)
    cut = _cut(body, envelope)
    if cut is None:
        return None
    texts, rest = cut
    try:
        answer = _decode_envelope(rest)
    except (msgspec.DecodeError, RecursionError):
        return None
    rows: list[Payload] = []
    unreadable: list[UnreadableRow] = []
    for offset, text in enumerate(texts):
        try:
            text.decode()
            rows.append(Payload(text))
        except ValueError:
            unreadable.append(UnreadableRow(offset, rows[-1] if rows else None, text))
    return Page(rows, _total(answer), tuple(unreadable))


def _total(answer: dict[str, msgspec.Raw]) -> int | None:
    try:
        total = msgspec.json.decode(answer.get("total", b"null"))
    except msgspec.DecodeError:
        return None
    return total if isinstance(total, int) else None


def _cut(body: bytes, envelope: str) -> tuple[list[bytes], bytes] | None:
    """Return the texts of the rows, and the answer without them; None when its brackets do not match."""
    name = b'"%s"' % envelope.encode()
    opened: list[bytes] = []
    # The list's opening bracket, the commas between its rows, and its closing bracket.
    edges: list[int] = []
    is_inside, last_string = False, b""
    for match in _TOKEN.finditer(body):
        token = match[0]
        if token in (b"[", b"{"):
            opened.append(token)
            if opened == [b"{", b"["] and last_string == name and not edges:
                is_inside, edges = True, [match.start()]
        elif token in _CLOSES:
            if not opened or opened.pop() != _CLOSES[token]:
                return None
            if is_inside and len(opened) == 1:
                is_inside = False
                edges.append(match.start())
        elif len(opened) == 1 and token != b",":
            last_string = token
        elif is_inside and len(opened) == 2 and token == b",":
            edges.append(match.start())
            if len(edges) > _MOST_ROWS:
                return None
    if opened or len(edges) < 2:
        return None
    texts = [body[left + 1 : right].strip() for left, right in pairwise(edges)]
    return texts if any(texts) else [], body[: edges[0] + 1] + body[edges[-1] :]
