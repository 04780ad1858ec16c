"""The figures of a close, from the snapshot that it published."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

import duckdb

from workflows.config.periods import Period
from workflows.config.settings import Settings
from workflows.config.snapshots import open_snapshot
from workflows.errors import ShipledgerError, sync_advice
from workflows.reports.coverage import not_loaded, read_loaded

Figures = dict[str, Any]


def shipped_figures(settings: Settings, snapshot: str, period: Period) -> Figures:
    """Return what shipped in a period, by `marts.shipped_daily`.

    Returns:
        `orders`, `units` (of known SKUs), `unknown_units`, `unassigned_units` (those of `units` that have no lot),
        and the days `not_loaded`.

    Raises:
        ShipledgerError: The snapshot is gone.
    """
    names = ("orders", "units", "unknown_units", "unassigned_units")
    with _opened(settings, snapshot) as connection:
        counts = _row(
            connection,
            "select coalesce(sum(order_count), 0), coalesce(sum(unit_count), 0),"
            " coalesce(sum(unknown_unit_count), 0), coalesce(sum(unassigned_unit_count), 0)"
            " from marts.shipped_daily where ship_date between ? and ?",
            period.first,
            period.last,
        )
        loaded = read_loaded(connection)
    lack = not_loaded(period, loaded, datetime.now(UTC)) if loaded else None
    return {**dict(zip(names, map(int, counts), strict=True)), "not_loaded": lack}


def moved_skus(settings: Settings, snapshot: str, period: Period) -> list[tuple[str, int]]:
    """Return the products that shipped in a period with their units, the most first, without unknown SKUs.

    Raises:
        ShipledgerError: The snapshot is gone.
    """
    with _opened(settings, snapshot) as connection:
        return connection.execute(
            "select sku_code, sum(quantity_shipped)::bigint as units from marts.shipped_items"
            " where ship_date between ? and ? and sku_code is not null"
            " group by sku_code having units > 0 order by units desc, sku_code",
            [period.first, period.last],
        ).fetchall()


def stock_figures(settings: Settings, snapshot: str) -> Figures:
    """Return the stock: `on_hand`, `critical` and `low` SKUs, `overdrawn` lots, the days `not_loaded`."""
    with _opened(settings, snapshot) as connection:
        (on_hand,) = _row(connection, "select coalesce(sum(quantity_on_hand), 0) from marts.inventory_current")
        levels = connection.execute(
            "select alert_level, sku_code from marts.inventory_current where alert_level <> 'normal' order by 2"
        ).fetchall()
        overdrawn = connection.execute(
            "select sku_code || ' - ' || lot_number from marts.lot_inventory where quantity_on_hand < 0 order by 1"
        ).fetchall()
        loaded = read_loaded(connection)
    gap = loaded.stock_gap(datetime.now(UTC)) if loaded else None
    return {
        "not_loaded": gap.days if gap else None,
        "on_hand": int(on_hand),
        "critical": [sku for level, sku in levels if level == "critical"],
        "low": [sku for level, sku in levels if level == "low"],
        "overdrawn": [lot for (lot,) in overdrawn],
    }


def month_figures(settings: Settings, snapshot: str, month: date) -> Figures:
    """Return a month's `orders`, `units`, `packages`, `total_cents`, and the days `not_loaded` at its close.

    Args:
        settings: Whose home.
        snapshot: The snapshot's file name.
        month: Its first day.
    """
    with _opened(settings, snapshot) as connection:
        *figures, lack = _row(
            connection,
            "select coalesce(sum(order_count), 0), coalesce(sum(unit_count), 0), coalesce(sum(package_count), 0),"
            " coalesce(sum(total_cents), 0), max(not_loaded)"
            " from marts.charge_report_monthly where charge_month = ?",
            month,
        )
    counts = dict(zip(("orders", "units", "packages", "total_cents"), map(int, figures), strict=True))
    return {**counts, "not_loaded": lack}


def restated_figures(settings: Settings, snapshot: str, period: Period) -> Figures:
    """Return what later months restate of a closed month: `restatements` (how many) and `cents`.

    Raises:
        ShipledgerError: The snapshot is gone.
    """
    with _opened(settings, snapshot) as connection:
        restatements, cents = _row(
            connection,
            "select count(*), coalesce(sum(total_cents), 0) from marts.charge_restatements"
            " where restated_date between ? and ?",
            period.first,
            period.last,
        )
    return {"restatements": restatements, "cents": int(cents)}


@contextmanager
def _opened(settings: Settings, snapshot: str) -> Iterator[duckdb.DuckDBPyConnection]:
    path = settings.published / snapshot
    try:
        with open_snapshot(path) as connection:
            yield connection
    except duckdb.Error as problem:
        raise ShipledgerError(
            f"The snapshot {snapshot} cannot be read ({str(problem).splitlines()[0]}).",
            advice=sync_advice(" to publish a new one, then close again"),
        ) from problem


def _row(connection: duckdb.DuckDBPyConnection, query: str, *parameters: Any) -> tuple[Any, ...]:
    """Return the one row of an aggregate."""
    return connection.execute(query, list(parameters)).fetchall()[0]
