"""Limits on the walk of a list: a list that never ends, or repeats itself, ends a run with an error."""

from __future__ import annotations

from ingest.errors import UnexpectedAnswer

# A walk remembers its rows, 200 bytes each. A backfill stops after 25,000 rows, and a house of 10,000 orders a day
# has as many as this in seven weeks without a sync.
MOST_ROWS = 500_000
# A list grows while it is walked, and rows that change meanwhile are read again.
_MORE_THAN_TOTAL = 20_000
# Pages without a new row: a stretch is read again up to five times.
_TIMES_READ = 6
_PAGES_READ_AGAIN = 10


class WalkLimit:
    """Counts the rows of one walk."""

    def __init__(self, path: str, page_size: int) -> None:
        self._path = path
        self._page_size = page_size
        self._rows = 0
        self._total: int | None = None
        self._pages_read_again = 0

    def note(self, new_rows: int, total: int | None) -> None:
        """Count a page.

        Args:
            new_rows: Its rows that were not read before in this version.
            total: How many rows the list has, as the answer says.

        Raises:
            UnexpectedAnswer: The list has more rows than it says, or than any list, or repeats itself.
        """
        self._rows += new_rows
        self._total = max(self._total or 0, total) if total is not None else self._total
        self._pages_read_again = 0 if new_rows else self._pages_read_again + 1
        if self._pages_read_again > _TIMES_READ * self._rows // self._page_size + _PAGES_READ_AGAIN:
            raise self._refused("the same rows again and again")
        if self._total is not None and self._rows > 2 * self._total + _MORE_THAN_TOTAL:
            raise self._refused(f"{self._rows:,} rows of a list of {self._total:,}")
        if self._rows > MOST_ROWS:
            raise self._refused(f"more than {MOST_ROWS:,} rows without an end")

    def _refused(self, what: str) -> UnexpectedAnswer:
        return UnexpectedAnswer(f"ShipStation sent {what} for {self._path}. Nothing of it was loaded.")
