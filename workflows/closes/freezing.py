"""Closing a month, which freezes its lines with a hash, and closing a week, which records who and when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TypeVar

import duckdb

from workflows.config.periods import Period, period_to_close
from workflows.config.settings import Settings
from workflows.config.snapshots import current_snapshot
from workflows.cycle.warehouse import find_files_in
from workflows.entries.closed_months import (
    ClosedWeek,
    FrozenMonth,
    append_month,
    append_week,
    closes_of_month,
    closes_of_week,
    is_intact,
    open_closed_periods,
)
from workflows.entries.month_files import altered, file_of, make_line_table, write_part
from workflows.errors import ShipledgerError, UsageError, load_advice, sync_advice

_Close = TypeVar("_Close", FrozenMonth, ClosedWeek)
# A month that is closed before its end is billed whole: with the days that have not ended, as the models say they
# would be billed now.
_DAYS = "(from marts.charge_report_daily union all by name from marts.closing_days)"
_CARRIERS = "(from marts.charge_report_carriers union all by name from marts.closing_carriers)"
_STOCK = "(from marts.inventory_daily union all by name from marts.closing_stock)"
_KNOWN_UNTIL = "least($last, (select today from marts.snapshot_info))"
# Movements go back to the opening day; those that an earlier month holds are left out.
_LINES = f"""
insert into lines by name
select 'day' as line_kind, charge_date::varchar as line_key, * replace ($not_loaded::varchar as not_loaded)
from {_DAYS}
where charge_date between $first and $last
union all by name
select
    'carrier' as line_kind, concat_ws('|', carrier_code, service_code) as line_key, carrier_code, service_code,
    sum(package_count) as package_count, sum(postage_cents) as postage_cents
from {_CARRIERS}
where charge_month = $first
group by carrier_code, service_code
union all by name
select
    'restatement' as line_kind, restatement_key as line_key,
    * exclude (restatement_key, billed_month, is_closed)
from marts.charge_restatements
where billed_month = $first
union all by name
select
    'detail' as line_kind, detail_key as line_key, shipstation_order_id, shipment_id, order_number, ship_date,
    units_by_sku, order_count, package_count, unit_count, postage_cents
from marts.charge_details
where ship_date between $first and {_KNOWN_UNTIL}
union all by name
select
    'stock' as line_kind, concat_ws('|', sku_code, inventory_date) as line_key, inventory_date, sku_code,
    quantity_on_hand, units_per_pallet, pallet_count
from {_STOCK} as stock
semi join {_DAYS} as days on days.charge_date = stock.inventory_date
where inventory_date between $first and $last
union all by name
(
    select
        'movement' as line_kind, transaction_id as line_key, transaction_date, sku_code, transaction_type, quantity
    from marts.inventory_transactions
    where transaction_type <> 'ship' and transaction_date <= {_KNOWN_UNTIL}
    except
    select line_kind, line_key, transaction_date, sku_code, transaction_type, quantity
    from read_parquet('frozen/*.parquet', union_by_name = true)
    where line_kind = 'movement'
)
"""


def freeze_month(
    settings: Settings, month: date, actor: str, run_id: str, *, again: bool = False, not_loaded: str | None = None
) -> FrozenMonth:
    """Freeze the lines of a month as the published snapshot has them.

    A frozen month stays so: closing it `again` adds a version of the close with the same lines. From its last
    weekday on a month is frozen whole; what changes on the days to come is a restatement in the next one.

    Args:
        settings: Whose home, and whose calendar.
        month: Any day of the month.
        actor: Who closes it.
        run_id: The run that closes it; repeated with the same run, the first result is returned.
        again: Record another close of a month that is frozen.
        not_loaded: The days that were not loaded, as text, when it is closed all the same; its lines keep it.

    Raises:
        UsageError: The month cannot be closed yet, or has no charges.
        ShipledgerError: No snapshot was made since it can be closed, history of an earlier closed month is not
            loaded, or the frozen lines do not match their hash.
    """
    period = period_to_close("eom", month, settings.today())
    first = period.first
    with open_closed_periods(settings) as connection:
        closes = closes_of_month(connection, first)
        if closes and not is_intact(settings, closes[0]):
            raise altered(first, f"frozen/{file_of(settings, first).name}")
        earlier = _earlier(closes, run_id, again=again)
        if earlier is not None:
            return earlier
        with _snapshot(settings) as (name, snapshot):
            if closes:
                hashes = closes[0].content_hash, closes[0].evidence_hash
            else:
                hashes = (_write_lines(settings, snapshot, period, not_loaded),) * 2
        now, version = datetime.now(UTC), len(closes) + 1
        frozen = FrozenMonth(first, version, *hashes, name, run_id, actor, now, already_frozen=bool(closes))
        append_month(connection, frozen)
    return frozen


def close_week(
    settings: Settings, week_start: date, actor: str, run_id: str, *, again: bool = False
) -> ClosedWeek:
    """Record that a week was closed. Its figures stay the ledger's: a later change is in the next report.

    Args:
        settings: Whose home, and whose calendar.
        week_start: Any day of the week.
        actor: Who closes it.
        run_id: The run that closes it; repeated with the same run, the first result is returned.
        again: Record another close of a week that is closed.

    Raises:
        CloseRefused: The week cannot be closed before its Friday.
        ShipledgerError: Nothing has been published yet.
    """
    monday = period_to_close("eow", week_start, settings.today()).first
    with open_closed_periods(settings) as connection:
        closes = closes_of_week(connection, monday)
        earlier = _earlier(closes, run_id, again=again)
        if earlier is not None:
            return earlier
        now, version = datetime.now(UTC), len(closes) + 1
        name = _snapshot_path(settings).name
        week = ClosedWeek(monday, version, name, run_id, actor, now, already_closed=bool(closes))
        append_week(connection, week)
    return week


def _earlier(closes: Sequence[_Close], run_id: str, *, again: bool) -> _Close | None:
    """Return the close that this run has made, or, unless it is to close again, the last one."""
    known = next((close for close in closes if close.run_id == run_id), None)
    return known or (closes[-1] if closes and not again else None)


def _snapshot_path(settings: Settings) -> Path:
    path = current_snapshot(settings)
    if path is None:
        raise ShipledgerError("Nothing has been published yet.", advice=sync_advice(" first"))
    return path


@contextmanager
def _snapshot(settings: Settings) -> Iterator[tuple[str, duckdb.DuckDBPyConnection]]:
    path = _snapshot_path(settings)
    # Attached: opened as a database of its own, it would have to be opened as all other readers of the process do,
    # which forbids other files.
    with duckdb.connect() as connection:
        connection.execute("attach '{}' as snapshot (read_only)".format(str(path).replace("'", "''")))
        connection.execute("use snapshot")
        yield path.name, connection


def _check_snapshot(snapshot: duckdb.DuckDBPyConnection, month: Period) -> None:
    """Check that the snapshot has the whole month, and all that earlier months were billed with."""
    missing = snapshot.execute("select min(ship_date) from marts.charge_details where is_missing").fetchall()[0][0]
    if missing is not None:
        raise ShipledgerError(
            "The warehouse lacks shipments that were billed in a closed month.",
            advice=load_advice(missing.replace(day=1), None, ", then close again"),
        )
    today = snapshot.execute("select today from marts.snapshot_info").fetchall()[0][0]
    if today < month.opens:
        raise ShipledgerError(
            f"The published snapshot is of {today}, when {month.title} could not be closed.",
            advice=sync_advice(", then close again"),
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
                f"seeds/{file}.csv has no {what} for {day}. Add it.", advice=sync_advice(", then close again")
            )


def _write_lines(
    settings: Settings, snapshot: duckdb.DuckDBPyConnection, month: Period, not_loaded: str | None
) -> str:
    """Write the lines of a month to a file beside their place, and return its hash."""
    _check_snapshot(snapshot, month)
    file = file_of(settings, month.first)
    if file.exists():
        raise ShipledgerError(
            f"frozen/{file.name} exists, but {month.title} is not closed. Move it out of the home, or "
            "restore operations.sqlite from a backup."
        )
    find_files_in(snapshot, settings.home)
    make_line_table(snapshot)
    snapshot.execute(_LINES, {"first": month.first, "last": month.last, "not_loaded": not_loaded})
    return write_part(snapshot, file)
