"""Reading one published snapshot for a report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from workflows.config import snapshots
from workflows.config.dates import Dates
from workflows.errors import Advice, ShipledgerError, sync_advice
from workflows.reports.document import Document, Part


class SnapshotUnusable(ShipledgerError):
    """The snapshot a report was to be made from is gone, damaged or of another release."""


@dataclass(frozen=True)
class Source:
    """An open snapshot.

    Attributes:
        name: Its file name.
        as_of: The instant it describes, UTC.
        today: The business's day at that instant.
        dates: How days and instants are printed, in the business's time zone.
    """

    name: str
    as_of: datetime
    today: date
    dates: Dates
    connection: duckdb.DuckDBPyConnection

    def rows(self, query: str, *parameters: Any) -> list[dict[str, Any]]:
        """Return the result of a query, one dictionary a row."""
        result = self.connection.execute(query, list(parameters))
        names = [column[0] for column in result.description or ()]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def row(self, query: str, *parameters: Any) -> dict[str, Any]:
        """Return the one row of an aggregate."""
        return self.rows(query, *parameters)[0]

    def document(
        self,
        title: str,
        period: str,
        parts: Sequence[Part],
        *,
        is_wide: bool = False,
        notice: str = "",
        is_draft: bool = False,
    ) -> Document:
        """Return a report made from this snapshot; see `Document`."""
        return Document(title, period, self.name, self.as_of, self.dates, parts, is_wide, notice, is_draft)


@contextmanager
def open_snapshot(path: Path, locale: str) -> Iterator[Source]:
    """Open a snapshot, read-only, for as long as the block lasts.

    Args:
        path: The version's own file, not the link to the current one.
        locale: How dates are printed; see the settings.

    Raises:
        SnapshotUnusable: It cannot be read, or lacks what the report shows.
    """
    try:
        with snapshots.open_snapshot(path) as connection:
            info = connection.execute(
                "select epoch_us(as_of), today, timezone from marts.snapshot_info"
            ).fetchone()
            if info is None:
                raise SnapshotUnusable(
                    f"The snapshot {path.name} is empty.", advice=sync_advice(" to publish a new one")
                )
            as_of = datetime.fromtimestamp(info[0] / 1e6, UTC)
            yield Source(path.name, as_of, info[1], Dates(locale, ZoneInfo(info[2])), connection)
    except duckdb.Error as problem:
        raise _unusable(path, problem) from problem


def _unusable(path: Path, problem: duckdb.Error) -> SnapshotUnusable:
    if not path.exists():
        return SnapshotUnusable(
            f"The snapshot {path.name} is gone: only the last ones are kept.",
            advice=Advice(
                "Close again with --force, which makes a new version from the newest snapshot.",
                "Close again, which makes a new version from the newest snapshot.",
            ),
        )
    if isinstance(problem, duckdb.CatalogException | duckdb.BinderException):
        return SnapshotUnusable(
            f"The snapshot {path.name} was made by an earlier release and lacks what the report shows.",
            advice=Advice(
                "Run `sync`, then close again with --force.",
                "Press Sync now in Runs and health, then close again.",
            ),
        )
    return SnapshotUnusable(
        f"The snapshot {path.name} cannot be read ({str(problem).splitlines()[0]}).",
        advice=sync_advice(" to publish a new one"),
    )
