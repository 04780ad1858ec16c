"""The closes of months and weeks in the operations database, where they survive a rebuild of the warehouse.

- `frozen_months`: one row for each close of a month; closing again adds a version with the same lines, which are
  in a file, see `workflows.entries.month_files`.
- `closed_weeks`: one row for each close of a week; its figures are not frozen.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from workflows.config.operations_database import append_row, open_operations_database, read_instant
from workflows.config.settings import Settings
from workflows.entries.month_conversion import convert_lines
from workflows.entries.month_files import file_of, hash_of, prepare_folder, put_in_place


@dataclass(frozen=True)
class FrozenMonth:
    """A close of a month.

    Attributes:
        month: Its first day.
        version: 1 for the first close; each later one is one more.
        content_hash: The hash that the invoice prints, the same in every version: the file's, or, of a month that
            was closed by a release before the files, that of its billed lines.
        evidence_hash: SHA-256 of the file of its lines.
        snapshot: File name of the published snapshot that was closed.
        run_id: The run that closed it.
        actor: Who.
        closed_at: When (UTC).
        already_frozen: Its lines were frozen before this call.
    """

    month: date
    version: int
    content_hash: str
    evidence_hash: str
    snapshot: str
    run_id: str
    actor: str
    closed_at: datetime
    already_frozen: bool


@dataclass(frozen=True)
class ClosedWeek:
    """A close of a week (its Monday): who, when (UTC), of which snapshot; `version` counts its closes."""

    week_start_date: date
    version: int
    snapshot: str
    run_id: str
    actor: str
    closed_at: datetime
    already_closed: bool


@contextmanager
def open_closed_periods(settings: Settings) -> Iterator[sqlite3.Connection]:
    """Open the operations database for one transaction, in which a month or week can be closed.

    The file of a month that the block writes gets its name once the row with its hash is committed. When a process
    was killed between the two, the next one that opens the database finishes it.

    Raises:
        ShipledgerError: The lines of an earlier release, which are converted here, do not match their hash.
    """
    with open_operations_database(settings.operations) as connection:
        convert_lines(connection, settings)
    with open_operations_database(settings.operations) as connection:
        _put_files_in_place(settings, closed_months(connection))
        yield connection
        closed = closed_months(connection)
    _put_files_in_place(settings, closed)


def _put_files_in_place(settings: Settings, months: Iterable[date]) -> None:
    for month in months:
        put_in_place(file_of(settings, month))


def prepare_closes(settings: Settings) -> None:
    """Make what the models read of closed months and weeks where it is missing."""
    prepare_folder(settings)
    with open_closed_periods(settings):
        pass


def closed_months(connection: sqlite3.Connection) -> list[date]:
    """Return the first days of the closed months."""
    found = connection.execute("select distinct month from frozen_months order by month")
    return [date.fromisoformat(month) for (month,) in found]


def append_month(connection: sqlite3.Connection, frozen: FrozenMonth) -> None:
    """Record a close of a month."""
    append_row(
        connection,
        "frozen_months",
        **{name: value for name, value in vars(frozen).items() if name != "already_frozen"},
    )


def append_week(connection: sqlite3.Connection, week: ClosedWeek) -> None:
    """Record a close of a week."""
    append_row(
        connection,
        "closed_weeks",
        **{name: value for name, value in vars(week).items() if name != "already_closed"},
    )


def closes_of_month(connection: sqlite3.Connection, month: date) -> list[FrozenMonth]:
    """Return all closes of a month, the first one first."""
    rows = connection.execute(
        "select version, content_hash, evidence_hash, snapshot, run_id, actor, closed_at"
        " from frozen_months where month = ? order by version",
        [month.isoformat()],
    )
    return [
        FrozenMonth(
            month, version, content, evidence, snapshot, run_id, actor, read_instant(at), already_frozen=True
        )
        for version, content, evidence, snapshot, run_id, actor, at in rows
    ]


def closes_of_week(connection: sqlite3.Connection, week_start: date) -> list[ClosedWeek]:
    """Return all closes of a week, the first one first."""
    rows = connection.execute(
        "select version, snapshot, run_id, actor, closed_at from closed_weeks where week_start_date = ?"
        " order by version",
        [week_start.isoformat()],
    )
    return [
        ClosedWeek(week_start, version, snapshot, run_id, actor, read_instant(at), already_closed=True)
        for version, snapshot, run_id, actor, at in rows
    ]


def altered_months(settings: Settings) -> list[date]:
    """Return the closed months whose lines do not match the hash of their close.

    Raises:
        ShipledgerError: Such a month was closed by an earlier release, so that its lines cannot be converted.
        DatabaseBusy: Another process keeps the database locked.
    """
    with open_closed_periods(settings) as store:
        first_closes = [closes_of_month(store, month)[0] for month in closed_months(store)]
    # Hashing takes a while: nobody has to wait for the database meanwhile.
    return [close.month for close in first_closes if not is_intact(settings, close)]


def is_intact(settings: Settings, close: FrozenMonth) -> bool:
    """Return whether the file of a month's lines matches the hash of its close."""
    return hash_of(file_of(settings, close.month)) == close.evidence_hash
