"""Isolating a row that spoils its whole page.

One bad order can make its page a server error for ever. The page is then read in ever smaller pieces, down to
the single row, so that all others come through; the row's position is remembered and tried again next time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ingest.errors import ServerKeepsFailing
from ingest.payload import Payload

# (page, page size) to rows; raises ServerKeepsFailing.
ReadPage = Callable[[int, int], list[Payload]]

# Each smaller page size divides the larger one, so that pages of both begin at the same rows.
_SMALLER = {500: 250, 250: 125, 125: 25, 100: 50, 50: 25, 25: 5, 20: 10, 10: 5, 5: 1, 4: 2, 2: 1}
_MOST_REQUESTS = 120
# When so many single rows fail and none has come through, the server is down, not a row bad.
_ALL_DOWN_AFTER = 3


@dataclass
class Isolation:
    """What came of reading a spoilt page in pieces.

    Attributes:
        rows: The rows that came through, in order.
        poisoned: For each spoilt row, its offset in the list (from 0) and the row before it, if any.
        is_last: Whether the list ends in this page.
    """

    rows: list[Payload] = field(default_factory=list)
    poisoned: list[tuple[int, Payload | None]] = field(default_factory=list)
    is_last: bool = False
    _requests: int = 0

    def came_through(self, rows: list[Payload], page_size: int) -> None:
        """Note a piece that was read."""
        self.rows += rows
        self.is_last = len(rows) < page_size

    def spoilt(self, offset: int) -> None:
        """Note a row that cannot be read."""
        self.poisoned.append((offset, self.rows[-1] if self.rows else None))

    def count(self, failed: ServerKeepsFailing | None) -> None:
        """Count a request.

        Raises:
            ServerKeepsFailing: There were too many, or everything fails.
        """
        self._requests += 1
        nothing_works = not self.rows and len(self.poisoned) >= _ALL_DOWN_AFTER
        if failed is not None and (self._requests > _MOST_REQUESTS or nothing_works):
            raise failed


def isolate(read_page: ReadPage, page: int, page_size: int) -> Isolation:
    """Read a page that fails as a whole in pieces, around the rows that spoil it.

    Args:
        read_page: Reads one page of a given size.
        page: The failing page's number, from 1.
        page_size: Its size.

    Raises:
        ServerKeepsFailing: Everything fails, so it is the server and not a row.
    """
    found = Isolation()
    _read_pieces(found, read_page, (page - 1) * page_size, page_size)
    return found


def _read_pieces(found: Isolation, read_page: ReadPage, begin: int, length: int) -> None:
    size = _SMALLER.get(length, 1)
    for offset in range(begin, begin + length, size):
        try:
            rows = read_page(offset // size + 1, size)
        except ServerKeepsFailing as problem:
            found.count(problem)
            if size == 1:
                found.spoilt(offset)
            else:
                _read_pieces(found, read_page, offset, size)
        else:
            found.count(None)
            found.came_through(rows, size)
        if found.is_last:
            return
