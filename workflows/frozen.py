"""Closing a month: its lines are frozen with a hash. Closing a week: a note of who and when."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from workflows.errors import ShipledgerError, UsageError
from workflows.frozen_store import (
    BILL,
    EVIDENCE,
    ClosedWeek,
    FrozenLine,
    FrozenMonth,
    append_month,
    append_week,
    closes_of_month,
    closes_of_week,
    hash_of,
    known_movements,
    lines_of,
    open_store,
)
from workflows.publishing import current_snapshot
from workflows.settings import Settings

# Of each kind of line: its key, and where it comes from. A parameter is the month's first day, then its last.
_LINES = {
    "day": ("charge_date", "select * from marts.charge_report_daily where charge_date between $first and $last"),
    "carrier": (
        "concat_ws('|', carrier_code, service_code)",
        "select * from marts.charge_report_carriers where charge_month = $first and $last is not null",
    ),
    "restatement": (
        "restatement_key",
        "select * from marts.charge_restatements where billed_month = $first and $last is not null",
    ),
    "detail": (
        "detail_key",
        "select detail_key, shipstation_order_id, shipment_id, order_number, ship_date, units_by_sku,"
        " order_count, package_count, unit_count, postage_cents"
        " from marts.charge_details where ship_date between $first and $last",
    ),
    "stock": (
        "concat_ws('|', sku_code, inventory_date)",
        "select inventory_date, sku_code, quantity_on_hand, units_per_pallet, pallet_count"
        " from marts.inventory_daily semi join marts.charge_report_daily on charge_date = inventory_date"
        " where inventory_date between $first and $last",
    ),
    "movement": (
        "transaction_id",
        "select transaction_id, transaction_date, sku_code, transaction_type, quantity"
        " from marts.inventory_transactions"
        " where transaction_type <> 'ship' and transaction_date <= $last and $first is not null",
    ),
}


def freeze_month(settings: Settings, month: date, actor: str, run_id: str, *, again: bool = False) -> FrozenMonth:
    """Freeze the lines of a month as the published snapshot has them.

    A month that is frozen stays so: closing it `again` adds a version of the close, never other lines. The
    models show the frozen lines once they are loaded and built; see `ingest.closes`.

    Args:
        settings: Whose home, and whose calendar.
        month: Any day of the month.
        actor: Who closes it.
        run_id: The run that does; asked for a second time, it gets the same answer and writes nothing.
        again: Note another close of a month that is frozen.

    Raises:
        UsageError: The month has not ended, or has no charges.
        ShipledgerError: There is no snapshot made after the month's end, history of an earlier closed month is
            not loaded, or the frozen lines are not what was hashed.
    """
    first, last = _span(month)
    if last >= settings.today():
        raise UsageError(f"{first:%B %Y} has not ended; it can be closed from {last + timedelta(days=1)} on.")
    with open_store(settings.operations) as store:
        closes = closes_of_month(store, first)
        known = next((close for close in closes if close.run_id == run_id), None)
        if known is not None or (closes and not again):
            _check_lines(closes[0], lines_of(store, first))
            return known or closes[-1]
        with _snapshot(settings) as (name, snapshot):
            if closes:
                _check_lines(closes[0], lines_of(store, first))
                lines = []
                hashes = closes[0].content_hash, closes[0].evidence_hash
            else:
                _check_snapshot(snapshot, first, last)
                lines = list(_new_lines(snapshot, first, last, known_movements(store)))
                hashes = hash_of(lines, BILL), hash_of(lines, EVIDENCE)
        frozen = FrozenMonth(
            first,
            len(closes) + 1,
            *hashes,
            name,
            run_id,
            actor,
            datetime.now(UTC),
            already_frozen=bool(closes),
        )
        append_month(store, frozen, lines)
    return frozen


def close_week(
    settings: Settings, week_start: date, actor: str, run_id: str, *, again: bool = False
) -> ClosedWeek:
    """Note that a week was closed. Its figures stay the ledger's: a later change is in the next report.

    Args:
        settings: Whose home, and whose calendar.
        week_start: Any day of the week.
        actor: Who closes it.
        run_id: The run that does; asked for a second time, it gets the same answer and writes nothing.
        again: Note another close of a week that is closed.

    Raises:
        UsageError: The week cannot be closed before its Friday.
        ShipledgerError: Nothing has been published yet.
    """
    monday = week_start - timedelta(days=week_start.weekday())
    if settings.today() < monday + timedelta(days=4):
        raise UsageError(f"The week of {monday} can be closed from its Friday on, {monday + timedelta(days=4)}.")
    with open_store(settings.operations) as store:
        closes = closes_of_week(store, monday)
        known = next((close for close in closes if close.run_id == run_id), None)
        if known is not None or (closes and not again):
            return known or closes[-1]
        with _snapshot(settings) as (name, _):
            week = ClosedWeek(
                monday, len(closes) + 1, name, run_id, actor, datetime.now(UTC), already_closed=bool(closes)
            )
        append_week(store, week)
    return week


def altered_months(store: Path) -> list[date]:
    """The closed months whose frozen lines are not what was hashed when they were closed."""
    with open_store(store) as connection:
        months = [
            date.fromisoformat(month)
            for (month,) in connection.execute("select distinct month from frozen_months order by month")
        ]
        return [
            month
            for month in months
            if not _is_intact(closes_of_month(connection, month)[0], lines_of(connection, month))
        ]


def _span(month: date) -> tuple[date, date]:
    first = month.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


@contextmanager
def _snapshot(settings: Settings) -> Iterator[tuple[str, duckdb.DuckDBPyConnection]]:
    path = current_snapshot(settings)
    if path is None:
        raise ShipledgerError("Nothing has been published yet. Run `sync` first.")
    with duckdb.connect(str(path), read_only=True) as connection:
        yield path.name, connection


def _check_snapshot(snapshot: duckdb.DuckDBPyConnection, first: date, last: date) -> None:
    """See that the snapshot has the whole month, and all that earlier months were billed with."""
    missing = snapshot.execute("select min(ship_date) from marts.charge_details where is_missing").fetchall()[0][0]
    if missing is not None:
        raise ShipledgerError(
            f"The warehouse lacks shipments that were billed in a closed month. "
            f"Run `backfill --since {missing.replace(day=1)}`, then close again."
        )
    today = snapshot.execute("select today from marts.snapshot_info").fetchall()[0][0]
    if today <= last:
        raise ShipledgerError(
            f"The published snapshot is of {today}, when {first:%B %Y} had not ended. "
            "Run `sync`, then close again."
        )
    charged = snapshot.execute(
        "select count(*) from marts.charge_report_daily where charge_date between ? and ?", [first, last]
    ).fetchall()[0][0]
    if not charged:
        raise UsageError(f"{first:%B %Y} has no charges; there is nothing to close.")


def _read(snapshot: duckdb.DuckDBPyConnection, first: date, last: date) -> Iterator[FrozenLine]:
    for kind, (key, source) in _LINES.items():
        found = snapshot.execute(
            f"select cast({key} as varchar) as line_key, * from ({source})", {"first": first, "last": last}
        )
        names = [column[0] for column in found.description or []]
        while rows := found.fetchmany(10_000):
            for values in rows:
                row = dict(zip(names[1:], values[1:], strict=True))
                yield FrozenLine(kind, values[0], _canonical(row), row.get("shipstation_order_id"))


def _new_lines(
    snapshot: duckdb.DuckDBPyConnection, first: date, last: date, known: set[tuple[str, str]]
) -> Iterator[FrozenLine]:
    """The lines of a month. Movements go back to the opening day; those an earlier month holds are left out."""
    for line in _read(snapshot, first, last):
        if line.kind != "movement" or (line.key, line.line) not in known:
            yield line


def _canonical(row: dict[str, Any]) -> str:
    return json.dumps(row, sort_keys=True, separators=(",", ":"), default=lambda value: value.isoformat())


def _check_lines(frozen: FrozenMonth, lines: list[FrozenLine]) -> None:
    if not _is_intact(frozen, lines):
        raise ShipledgerError(
            f"The frozen lines of {frozen.month:%B %Y} are not those that were hashed when it was closed. "
            "Put operations.sqlite back from a backup."
        )


def _is_intact(frozen: FrozenMonth, lines: list[FrozenLine]) -> bool:
    return (frozen.content_hash, frozen.evidence_hash) == (hash_of(lines, BILL), hash_of(lines, EVIDENCE))
