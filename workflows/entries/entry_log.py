"""The log of operators' entries and of the states they gave lots: append-only, in `operations.sqlite`."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final, Literal

from workflows.config.operations_database import append_row, open_operations_database

NO_EXPIRY: Final = "none"


def _new_id() -> str:
    return uuid.uuid4().hex


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Entry:
    """A receipt, repack, adjustment or count that an operator entered.

    Attributes:
        entry_type: receive, repack, adjust_up, adjust_down or count.
        entry_date: The business's calendar day it counts on.
        sku_code: A key product.
        quantity: Units; positive, but for a repack, which is signed, and a count, which is counted minus expected.
        actor: Who.
        lot_number: The lot, when it concerns one.
        reason: Why.
        note: Anything else.
        counted_quantity: Of a count: what was counted.
        expected_quantity: Of a count: what the ledger had at that moment.
        corrects: The id of the entry that this one corrects.
        entry_id: Its own id.
        entered_at: The instant (UTC) it was entered.
        seen_by_count: Whether the units were on the shelf at a count on or after its day, by the operator's
            answer; None when there was no such count.
    """

    entry_type: str
    entry_date: date
    sku_code: str
    quantity: int
    actor: str
    lot_number: str | None = None
    reason: str | None = None
    note: str | None = None
    counted_quantity: int | None = None
    expected_quantity: int | None = None
    corrects: str | None = None
    entry_id: str = field(default_factory=_new_id)
    entered_at: datetime = field(default_factory=_now)
    seen_by_count: bool | None = None

    @property
    def shelf_gains(self) -> int:
        """Units that it adds to the stock; negative when it takes some away."""
        return -self.quantity if self.entry_type == "adjust_down" else self.quantity


@dataclass(frozen=True)
class LotState:
    """What an operator said of a lot.

    Attributes:
        status: Its state from the day `valid_from` on: active, quarantined (nothing of it may ship) or retired;
            None when nothing is said about that.
        reason: Why; a state has one.
        expires: Its expiry date; `NO_EXPIRY` when none is kept any more, None when nothing is said about that.
    """

    sku_code: str
    lot_number: str
    status: str | None
    valid_from: date
    reason: str | None
    actor: str
    note: str | None = None
    state_id: str = field(default_factory=_new_id)
    entered_at: datetime = field(default_factory=_now)
    expires: date | Literal["none"] | None = None


class EntryLog:
    """Entries and lot states in an open operations database; see `open_entries`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def append(self, rows: Iterable[Entry | LotState]) -> None:
        """Append entries or lot states; they are committed when the block ends without an error."""
        for row in rows:
            append_row(self._connection, "entries" if isinstance(row, Entry) else "lot_states", **vars(row))

    def entry(self, entry_id: str) -> Entry | None:
        """Return the entry with this id; None when there is none."""
        found = self._entries("where entry_id = ?", entry_id)
        return found[0] if found else None

    def entries_of(self, sku_code: str) -> list[Entry]:
        """Return all entries of a product, oldest first."""
        return self._entries("where sku_code = ? order by seq", sku_code)

    def expiry_of(self, sku_code: str, lot_number: str) -> date | None:
        """Return the expiry date that is kept of a lot; None when there is none."""
        return self._expiry("sku_code = ? and lot_number = ?", sku_code, lot_number)

    def expiry_in(self, state_id: str) -> date | None:
        """Return the expiry date in the row with this id; None when there is no such row, or no date."""
        return self._expiry("state_id = ?", state_id)

    def newest_entries(self, limit: int) -> list[Entry]:
        """Return the last entries, newest first."""
        return self._entries("order by seq desc limit ?", limit)

    def first_entry_after(self, instant: datetime) -> Entry | None:
        """Return the first entry made after an instant (UTC); None when there is none."""
        found = self._entries("where entered_at > ? order by entered_at limit 1", instant.isoformat())
        return found[0] if found else None

    def _expiry(self, which: str, *values: str) -> date | None:
        query = f"select expires from lot_states where expires is not null and {which} order by seq desc limit 1"
        found = self._connection.execute(query, values).fetchone()
        return None if found is None or found[0] == NO_EXPIRY else date.fromisoformat(found[0])

    def _entries(self, which: str, value: str | int) -> list[Entry]:
        names = [one.name for one in fields(Entry)]
        rows = self._connection.execute(f"select {', '.join(names)} from entries {which}", [value])
        return [_entry(dict(zip(names, row, strict=True))) for row in rows]


def append_entries(database: Path, entries: Iterable[Entry]) -> None:
    """Append entries, all or none."""
    with open_entries(database) as log:
        log.append(entries)


@contextmanager
def open_entries(database: Path) -> Iterator[EntryLog]:
    """Open the entries for one transaction, which no other writer comes between; an error rolls it back."""
    with open_operations_database(database) as connection:
        yield EntryLog(connection)


def _entry(row: dict[str, Any]) -> Entry:
    row["entry_date"] = date.fromisoformat(row["entry_date"])
    row["entered_at"] = datetime.fromisoformat(row["entered_at"])
    row["seen_by_count"] = None if row["seen_by_count"] is None else bool(row["seen_by_count"])
    return Entry(**row)
