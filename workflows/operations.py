"""The operations store: operators' entries, append-only, in `operations.sqlite`."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

_TABLES = """
create table if not exists entries (
    seq integer primary key autoincrement,
    entry_id text not null unique,
    entry_type text not null check (entry_type in ('receive', 'repack', 'adjust_up', 'adjust_down', 'count')),
    entry_date text not null,
    sku_code text not null,
    lot_number text,
    quantity integer not null,
    counted_quantity integer,
    expected_quantity integer,
    reason text,
    note text,
    actor text not null,
    entered_at text not null
) strict;
create trigger if not exists entries_are_never_changed before update on entries
begin select raise(abort, 'entries are never changed: correct one by another entry'); end;
create trigger if not exists entries_are_never_deleted before delete on entries
begin select raise(abort, 'entries are never deleted: correct one by another entry'); end;
"""


@dataclass(frozen=True)
class Entry:
    """One act of an operator.

    Attributes:
        entry_type: receive, repack, adjust_up, adjust_down or count.
        entry_date: The business's calendar day it counts on.
        sku_code: A key product.
        quantity: Units; positive, but for a count, where it is counted minus expected.
        actor: Who.
        lot_number: The lot, when it concerns one.
        reason: Why.
    """

    entry_type: str
    entry_date: date
    sku_code: str
    quantity: int
    actor: str
    lot_number: str | None = None
    reason: str | None = None


def append_entries(store: Path, entries: Iterable[Entry]) -> list[str]:
    """Write entries, all or none.

    Returns:
        Their new ids.
    """
    now = datetime.now(UTC).isoformat()
    rows = [
        (
            uuid.uuid4().hex,
            entry.entry_type,
            entry.entry_date.isoformat(),
            entry.sku_code,
            entry.lot_number,
            entry.quantity,
            entry.reason,
            entry.actor,
            now,
        )
        for entry in entries
    ]
    with _open(store) as connection:
        connection.executemany(
            "insert into entries (entry_id, entry_type, entry_date, sku_code, lot_number, quantity, reason,"
            " actor, entered_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            rows,
        )
    return [row[0] for row in rows]


def prepare_store(store: Path) -> None:
    """Make the store when it is missing."""
    with _open(store):
        pass


@contextmanager
def _open(store: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(store, timeout=30)
    try:
        connection.executescript(_TABLES)
        with connection:
            yield connection
    finally:
        connection.close()
