"""Closed months and weeks in the operations store: what was billed outlives any rebuild of the warehouse.

- `frozen_months`: one row for each close of a month; closing again adds a version with the same lines.
- `frozen_lines`: the lines of a month as they stood when it was closed first, each as JSON with sorted keys.
- `closed_weeks`: one row for each close of a week; a note, its figures stay the ledger's.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from workflows.store import append_only, make_store

# What the bill shows, and what a later restatement is compared with.
BILL = ("carrier", "day", "restatement")
EVIDENCE = ("detail", "movement", "stock")

_TABLES = """
create table if not exists frozen_months (
    seq integer primary key autoincrement,
    month text not null check (month like '____-__-01'),
    version integer not null,
    content_hash text not null,
    evidence_hash text not null,
    snapshot text not null,
    run_id text not null unique,
    actor text not null,
    closed_at text not null,
    unique (month, version)
) strict;
create table if not exists frozen_lines (
    seq integer primary key autoincrement,
    month text not null,
    line_kind text not null check (line_kind in ('carrier', 'day', 'restatement', 'detail', 'movement', 'stock')),
    line_key text not null,
    shipstation_order_id integer,
    line text not null,
    unique (month, line_kind, line_key)
) strict;
create table if not exists closed_weeks (
    seq integer primary key autoincrement,
    week_start_date text not null,
    version integer not null,
    snapshot text not null,
    run_id text not null unique,
    actor text not null,
    closed_at text not null,
    unique (week_start_date, version)
) strict;
"""
_PREPARE = _TABLES + append_only(
    "frozen_months", "frozen_lines", "closed_weeks", instead="a change is a restatement in the next month"
)


@dataclass(frozen=True)
class FrozenLine:
    """One line of a month: its kind, its key within the kind, and itself as canonical JSON."""

    kind: str
    key: str
    line: str
    shipstation_order_id: int | None = None


@dataclass(frozen=True)
class FrozenMonth:
    """A close of a month.

    Attributes:
        month: Its first day.
        version: 1 for the first close; each later one is one more.
        content_hash: SHA-256 of the lines the bill shows; the same in every version.
        evidence_hash: SHA-256 of the lines that later restatements are compared with.
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


def hash_of(lines: Iterable[FrozenLine], kinds: Iterable[str]) -> str:
    """SHA-256 of the lines of some kinds, in the order of kind and key; the models compute the same."""
    wanted = set(kinds)
    texts = sorted((one.kind, one.key, one.line) for one in lines if one.kind in wanted)
    return hashlib.sha256("\n".join("|".join(text) for text in texts).encode()).hexdigest()


@contextmanager
def open_store(store: Path) -> Iterator[sqlite3.Connection]:
    """The operations store in one transaction that nobody else's comes between; an error undoes all of it."""
    make_store(store)
    connection = sqlite3.connect(store, timeout=30, isolation_level=None)
    try:
        connection.executescript(_PREPARE)
        connection.execute("begin immediate")
        yield connection
        connection.execute("commit")
    finally:
        if connection.in_transaction:
            connection.execute("rollback")
        connection.close()


def prepare_closes(store: Path) -> None:
    """Make the tables of closed months and weeks when they are missing."""
    with open_store(store):
        pass


def append_month(connection: sqlite3.Connection, frozen: FrozenMonth, lines: Iterable[FrozenLine]) -> None:
    """Write a close; `lines` only with the first version."""
    month = frozen.month.isoformat()
    connection.executemany(
        "insert into frozen_lines (month, line_kind, line_key, shipstation_order_id, line) values (?, ?, ?, ?, ?)",
        ((month, one.kind, one.key, one.shipstation_order_id, one.line) for one in lines),
    )
    connection.execute(
        "insert into frozen_months"
        " (month, version, content_hash, evidence_hash, snapshot, run_id, actor, closed_at)"
        " values (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            month,
            frozen.version,
            frozen.content_hash,
            frozen.evidence_hash,
            frozen.snapshot,
            frozen.run_id,
            frozen.actor,
            frozen.closed_at.isoformat(),
        ],
    )


def append_week(connection: sqlite3.Connection, week: ClosedWeek) -> None:
    """Write a close of a week."""
    connection.execute(
        "insert into closed_weeks (week_start_date, version, snapshot, run_id, actor, closed_at)"
        " values (?, ?, ?, ?, ?, ?)",
        [
            week.week_start_date.isoformat(),
            week.version,
            week.snapshot,
            week.run_id,
            week.actor,
            week.closed_at.isoformat(),
        ],
    )


def closes_of_month(connection: sqlite3.Connection, month: date) -> list[FrozenMonth]:
    """All closes of a month, the first one first."""
    rows = connection.execute(
        "select version, content_hash, evidence_hash, snapshot, run_id, actor, closed_at"
        " from frozen_months where month = ? order by version",
        [month.isoformat()],
    )
    return [
        FrozenMonth(month, version, content, evidence, snapshot, run_id, actor, _instant(at), already_frozen=True)
        for version, content, evidence, snapshot, run_id, actor, at in rows
    ]


def closes_of_week(connection: sqlite3.Connection, week_start: date) -> list[ClosedWeek]:
    """All closes of a week, the first one first."""
    rows = connection.execute(
        "select version, snapshot, run_id, actor, closed_at from closed_weeks where week_start_date = ?"
        " order by version",
        [week_start.isoformat()],
    )
    return [
        ClosedWeek(week_start, version, snapshot, run_id, actor, _instant(at), already_closed=True)
        for version, snapshot, run_id, actor, at in rows
    ]


def lines_of(connection: sqlite3.Connection, month: date) -> list[FrozenLine]:
    """The frozen lines of a month."""
    rows = connection.execute(
        "select line_kind, line_key, line, shipstation_order_id from frozen_lines where month = ?",
        [month.isoformat()],
    )
    return [FrozenLine(*row) for row in rows]


def known_movements(connection: sqlite3.Connection) -> set[tuple[str, str]]:
    """Stock movements in the evidence of any closed month: (key, line)."""
    return set(connection.execute("select line_key, line from frozen_lines where line_kind = 'movement'"))


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
