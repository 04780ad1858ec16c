"""Closing a month: its lines are frozen with a hash. Closing a week: a note of who and when."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
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
from workflows.periods import Period, period_to_close
from workflows.publishing import current_snapshot
from workflows.settings import Settings

# A month that is closed before its end is billed whole: with the days that have not ended, as the models say they
# would be billed now.
_DAYS = "(from marts.charge_report_daily union all by name from marts.closing_days)"
_CARRIERS = "(from marts.charge_report_carriers union all by name from marts.closing_carriers)"
_STOCK = "(from marts.inventory_daily union all by name from marts.closing_stock)"
_KNOWN_UNTIL = "least($last, (select today from marts.snapshot_info))"
# Of each kind of line: its key, and where it comes from. A parameter is the month's first day, then its last.
_LINES = {
    "day": ("charge_date", f"select * from {_DAYS} where charge_date between $first and $last"),
    "carrier": (
        "concat_ws('|', carrier_code, service_code)",
        "select charge_month, carrier_code, service_code, sum(package_count)::bigint as package_count,"
        f" sum(postage_cents)::bigint as postage_cents from {_CARRIERS}"
        " where charge_month = $first and $last is not null group by all",
    ),
    "restatement": (
        "restatement_key",
        "select * from marts.charge_restatements where billed_month = $first and $last is not null",
    ),
    "detail": (
        "detail_key",
        "select detail_key, shipstation_order_id, shipment_id, order_number, ship_date, units_by_sku,"
        " order_count, package_count, unit_count, postage_cents"
        f" from marts.charge_details where ship_date between $first and {_KNOWN_UNTIL}",
    ),
    "stock": (
        "concat_ws('|', sku_code, inventory_date)",
        "select inventory_date, sku_code, quantity_on_hand, units_per_pallet, pallet_count"
        f" from {_STOCK} as stock semi join {_DAYS} as days on days.charge_date = stock.inventory_date"
        " where inventory_date between $first and $last",
    ),
    "movement": (
        "transaction_id",
        "select transaction_id, transaction_date, sku_code, transaction_type, quantity"
        " from marts.inventory_transactions"
        f" where transaction_type <> 'ship' and transaction_date <= {_KNOWN_UNTIL} and $first is not null",
    ),
}


def freeze_month(
    settings: Settings,
    month: date,
    actor: str,
    run_id: str,
    *,
    again: bool = False,
    not_loaded: str | None = None,
) -> FrozenMonth:
    """Freeze the lines of a month as the published snapshot has them.

    A month that is frozen stays so: closing it `again` adds a version of the close, never other lines. The
    models show the frozen lines once they are loaded and built; see `ingest.closes`. From its last weekday on a
    month is frozen whole: what turns out otherwise on the days to come is a restatement in the next one.

    Args:
        settings: Whose home, and whose calendar.
        month: Any day of the month.
        actor: Who closes it.
        run_id: The run that does; asked for a second time, it gets the same answer and writes nothing.
        again: Note another close of a month that is frozen.
        not_loaded: The days that were not loaded, in words, when it is closed all the same; its lines keep it.

    Raises:
        UsageError: The month cannot be closed yet, or has no charges.
        ShipledgerError: There is no snapshot made since it can be, history of an earlier closed month is
            not loaded, or the frozen lines are not what was hashed.
    """
    period = period_to_close("eom", month, settings.today())
    first, last = period.first, period.last
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
                _check_snapshot(snapshot, period)
                lines = list(_new_lines(snapshot, first, last, known_movements(store), not_loaded))
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
        CloseRefused: The week cannot be closed before its Friday.
        ShipledgerError: Nothing has been published yet.
    """
    monday = period_to_close("eow", week_start, settings.today()).first
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


@contextmanager
def _snapshot(settings: Settings) -> Iterator[tuple[str, duckdb.DuckDBPyConnection]]:
    path = current_snapshot(settings)
    if path is None:
        raise ShipledgerError("Nothing has been published yet. Run `sync` first.")
    with duckdb.connect(str(path), read_only=True) as connection:
        yield path.name, connection


def _check_snapshot(snapshot: duckdb.DuckDBPyConnection, month: Period) -> None:
    """See that the snapshot has the whole month, and all that earlier months were billed with."""
    missing = snapshot.execute("select min(ship_date) from marts.charge_details where is_missing").fetchall()[0][0]
    if missing is not None:
        raise ShipledgerError(
            f"The warehouse lacks shipments that were billed in a closed month. "
            f"Run `backfill --since {missing.replace(day=1)}`, then close again."
        )
    today = snapshot.execute("select today from marts.snapshot_info").fetchall()[0][0]
    if today < month.opens:
        raise ShipledgerError(
            f"The published snapshot is of {today}, when {month.title} could not be closed. "
            "Run `sync`, then close again."
        )
    days, unrated, unstacked = snapshot.execute(
        f"select count(*), min(charge_date) filter (where total_cents is null), (select min(inventory_date)"
        f" from marts.closing_stock where pallet_count is null and inventory_date between $first and $last)"
        f" from {_DAYS} where charge_date between $first and $last",
        {"first": month.first, "last": month.last},
    ).fetchall()[0]
    if not days:
        raise UsageError(f"{month.title} has no charges; there is nothing to close.")
    for day, file, what in ((unrated, "rate_card", "rate"), (unstacked, "pallet_factors", "pallet factor")):
        if day is not None:
            raise ShipledgerError(
                f"seeds/{file}.csv has no {what} for {day}. Add it, run `sync`, then close again."
            )


def _read(
    snapshot: duckdb.DuckDBPyConnection, first: date, last: date, not_loaded: str | None
) -> Iterator[FrozenLine]:
    for kind, (key, source) in _LINES.items():
        found = snapshot.execute(
            f"select cast({key} as varchar) as line_key, * from ({source})", {"first": first, "last": last}
        )
        names = [column[0] for column in found.description or []]
        while rows := found.fetchmany(10_000):
            for values in rows:
                row = dict(zip(names[1:], values[1:], strict=True))
                if kind == "day":
                    row["not_loaded"] = not_loaded
                yield FrozenLine(kind, values[0], _canonical(row), row.get("shipstation_order_id"))


def _new_lines(
    snapshot: duckdb.DuckDBPyConnection,
    first: date,
    last: date,
    known: set[tuple[str, str]],
    not_loaded: str | None,
) -> Iterator[FrozenLine]:
    """The lines of a month. Movements go back to the opening day; those an earlier month holds are left out."""
    for line in _read(snapshot, first, last, not_loaded):
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
