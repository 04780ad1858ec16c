"""Finding the unreadable rows of a page that cannot be read as a whole.

One bad order can make its page a permanent server error, or a text that cannot even be cut into rows. The page is
then read in smaller and smaller pieces, down to the single row, so that all others are loaded. The place of an
unreadable row is stored and read again later.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ingest.client.list_page import Page, UnreadableRow
from ingest.client.pacific_time import parse_wall
from ingest.client.payload import Payload
from ingest.errors import ServerKeepsFailing, UnreadableAnswer

# (page, page size) to a page; raises ServerKeepsFailing.
ReadPage = Callable[[int, int], Page]

# Each size divides the larger ones, so that pages of both begin at the same rows.
_SIZES = (250, 125, 25, 5, 1)
# When this many single rows fail and none could be read, the server is down.
_ALL_DOWN_AFTER = 3
# After this many failures in a row the server may be down: a piece that was readable is read again.
_DOUBT_AFTER = 25
_NUMBER = re.compile(rb'"orderNumber"\s*:\s*"([^"\\]{1,50})"')


@dataclass(frozen=True)
class UnreadablePlace:
    """Where a row is that cannot be read, and what its text shows.

    Attributes:
        path: The list's path.
        after: The date (as the payload's text) of the readable row before it, or `start`.
        rank: How many unreadable rows are between that row and this one.
        start: The wall time (as text) that the list was read from.
        offset: Its offset in that list, from 0.
        row_id: Its id, if its text shows one.
        order_id: Likewise the id of its order.
        order_number: Likewise the number of its order.
    """

    path: str
    after: str
    rank: int
    start: str
    offset: int
    row_id: int | None = None
    order_id: int | None = None
    order_number: str | None = None


@dataclass
class Isolation:
    """The result of reading an unreadable page in pieces.

    Attributes:
        rows: The rows that could be read, in order.
        unreadable: The others; their offsets are those in the list.
        is_last: Whether the list ends in this page.
    """

    rows: list[Payload] = field(default_factory=list)
    unreadable: list[UnreadableRow] = field(default_factory=list)
    is_last: bool = False
    _failures_in_a_row: int = 0
    _failed_rows: int = 0
    _answers: int = 0
    _known_good: tuple[int, int] | None = None

    def add_page(self, page: Page, begin: int, page_size: int) -> None:
        """Add a piece that was read; `begin` is the offset of its first row."""
        for row in page.unreadable:
            self.add_unreadable(begin + row.offset, row.text, row.before)
        self.rows += page.rows
        self.is_last = page.size < page_size

    def add_unreadable(self, offset: int, text: bytes, before: Payload | None = None) -> None:
        """Add a row that cannot be read."""
        last = self.rows[-1] if self.rows else None
        self.unreadable.append(UnreadableRow(offset, before or last, text))

    def read(self, read_page: ReadPage, number: int, size: int) -> Page | ServerKeepsFailing:
        """Read a piece; return the failure when it cannot be read.

        Raises:
            ServerKeepsFailing: It is the server that fails, not a row.
        """
        try:
            page = read_page(number, size)
        except ServerKeepsFailing as problem:
            self._doubt(problem, read_page, size)
            return problem
        self._failures_in_a_row = 0
        self._answers += 1
        if page.size:
            self._known_good = (number, size)
        return page

    def _doubt(self, problem: ServerKeepsFailing, read_page: ReadPage, size: int) -> None:
        self._failures_in_a_row += 1
        self._failed_rows += size == 1
        # A server that answers is not down, whatever it answers.
        if isinstance(problem, UnreadableAnswer):
            return
        if self._known_good is None:
            # After the list's end there are no rows: such an answer does not show that rows can be read.
            if self._failed_rows > (_DOUBT_AFTER if self._answers else _ALL_DOWN_AFTER):
                raise problem
        elif self._failures_in_a_row % _DOUBT_AFTER == 0:
            read_page(*self._known_good)


def isolate(read_page: ReadPage, begin: int, length: int) -> Isolation:
    """Read rows of a list that cannot be read as one page in pieces, around the unreadable ones.

    Args:
        read_page: Reads one page of a given size.
        begin: The offset of the first row, from 0.
        length: How many rows.

    Raises:
        ServerKeepsFailing: Everything fails, so it is the server and not a row.
    """
    found = Isolation()
    _read_pieces(found, read_page, begin, length)
    # Pieces begin where their size divides the list, which may be before the first row asked for.
    found.unreadable = [row for row in found.unreadable if row.offset >= begin]
    return found


def _read_pieces(found: Isolation, read_page: ReadPage, begin: int, length: int) -> None:
    """Read all pieces of one size, then the failed ones in smaller pieces: if the server works, some succeed."""
    size = next((smaller for smaller in _SIZES if smaller < length), 1)
    pieces: list[tuple[int, Page | ServerKeepsFailing]] = []
    for offset in range(begin - begin % size, begin + length, size):
        piece = found.read(read_page, offset // size + 1, size)
        pieces.append((offset, piece))
        if isinstance(piece, Page) and piece.size < size:
            break
    for offset, piece in pieces:
        if isinstance(piece, Page):
            found.add_page(piece, offset, size)
        elif size > 1:
            _read_pieces(found, read_page, offset, size)
        else:
            found.add_unreadable(offset, piece.body if isinstance(piece, UnreadableAnswer) else b"")


def unreadable_places(
    path: str, id_field: str, sorted_by: str | None, start: str, rows: Sequence[UnreadableRow]
) -> list[UnreadablePlace]:
    """Return the places of the unreadable rows of one page.

    Args:
        path: The list's path.
        id_field: The field with the rows' id.
        sorted_by: The field with the date that the list is both sorted and filtered by, if there is one.
        start: The wall time (as text) that the list was read from.
        rows: The rows, in their order.
    """
    found: list[UnreadablePlace] = []
    for number, row in enumerate(rows):
        date = row.before.get(sorted_by) if row.before and sorted_by else None
        follows = number > 0 and rows[number - 1].before is row.before
        known = re.search(_NUMBER, row.text)
        found.append(
            UnreadablePlace(
                path=path,
                after=str(date) if parse_wall(date) else start,
                rank=found[-1].rank + 1 if follows else 0,
                start=start,
                offset=row.offset,
                row_id=_id_in(row.text, id_field),
                order_id=_id_in(row.text, "orderId"),
                order_number=known[1].decode(errors="replace") if known else None,
            )
        )
    return found


def _id_in(text: bytes, field_name: str) -> int | None:
    """Return the id in a text that cannot be parsed; None where there is none, or none that fits a BIGINT."""
    found = re.search(rb'"' + field_name.encode() + rb'"\s*:\s*"?(\d{1,18})\b', text)
    return int(found[1]) if found else None
