"""The day's report: shipments, stock and exceptions; and the count sheet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from workflows.config.periods import period_of
from workflows.reports.completeness import notice_about
from workflows.reports.document import (
    Bars,
    Column,
    Document,
    Figure,
    Figures,
    Kind,
    Table,
    Text,
)
from workflows.reports.series_colors import OTHERS, series_colors
from workflows.reports.snapshot_source import Source

_CHART_DAYS = 28
_COUNTED_SINCE_DAYS = 30
_FIGURES = """
    select
        coalesce(any_value(order_count), 0) as orders,
        coalesce(any_value(package_count), 0) as packages,
        coalesce(any_value(unit_count), 0) as units,
        coalesce(any_value(unknown_unit_count), 0) as unknown_units,
        (select count(*) from marts.orders_inbox where is_open) as open_orders,
        (select coalesce(sum(quantity_allocated), 0)::bigint from marts.inventory_current) as open_units,
        (select count(*) from marts.exceptions) as exceptions
    from marts.shipped_daily where ship_date = $1
"""
_SHIPPED = """
    select
        coalesce(items.sku_code, items.shipstation_sku_raw, 'no SKU') as sku_code,
        coalesce(any_value(skus.product_name), 'Unknown SKU, in no total') as product_name,
        any_value(skus.sku_code) is not null as is_known,
        count(distinct items.shipstation_order_id) as orders,
        sum(items.quantity_shipped)::bigint as units
    from marts.shipped_items as items
    left join marts.skus as skus on items.sku_code = skus.sku_code
    where items.ship_date = $1
    group by 1
    order by is_known desc, units desc, sku_code
"""
_STOCK = """
    select
        stock.sku_code, stock.product_name, daily.quantity_on_hand, daily.pallet_count,
        stock.quantity_allocated, stock.quantity_available, stock.average_weekly_units, stock.days_of_supply,
        stock.alert_level
    from marts.inventory_current as stock
    left join marts.inventory_daily as daily
        on stock.sku_code = daily.sku_code and daily.inventory_date = $1
    order by
        case stock.alert_level when 'critical' then 0 when 'low' then 1 else 2 end,
        stock.average_weekly_units desc, stock.sku_code
"""
_EXCEPTIONS = """
    select exception_type, severity, count(*) as cases
    from marts.exceptions
    group by exception_type, severity
    order by case severity when 'error' then 0 when 'warning' then 1 else 2 end, cases desc, exception_type
"""
_LOTS = """
    select lots.sku_code, skus.product_name, lots.lot_number, lots.received_date
    from marts.lot_inventory as lots
    inner join marts.skus as skus on lots.sku_code = skus.sku_code
    where
        lots.quantity_on_hand <> 0
        or exists (
            select 1 from marts.inventory_transactions as moved
            where
                moved.sku_code = lots.sku_code and moved.lot_number = lots.lot_number
                and moved.transaction_date > $1::date - $2::integer
        )
    order by lots.sku_code, lots.received_date nulls last, lots.lot_number
"""
_PRODUCTS = "select sku_code, product_name from marts.skus where is_key_product order by sku_code"
_BY_DAY = """
    select ship_date, sku_code, sum(quantity_shipped)::bigint as units
    from marts.shipped_items
    where ship_date > $1::date - $2::integer and ship_date <= $1 and sku_code is not null
    group by all
"""


def summarize_day(source: Source, day: date) -> Document:
    """Return the day's summary: orders, units, stock and exceptions.

    What is allocated, available and short is as of the snapshot, also for a day that is over; shipped units and
    units on hand are those of the day.
    """
    facts = source.row(_FIGURES, day)
    return source.document(
        "End of Day",
        source.dates.long_day(day),
        notice=notice_about(source, period_of("eod", day)),
        parts=[
            Figures(
                [
                    Figure("Orders shipped", facts["orders"], note="on their first ship date"),
                    Figure("Packages", facts["packages"], note="labels that are not void"),
                    Figure("Units shipped", facts["units"], note=_of_which(facts["unknown_units"])),
                    Figure("Open orders", facts["open_orders"], note=f"{facts['open_units']:,} units allocated"),
                    Figure("Exceptions", facts["exceptions"], note="need a person"),
                ]
            ),
            units_by_day(source, day),
            _shipped(source.rows(_SHIPPED, day)),
            _stock(source.rows(_STOCK, day)),
            _exceptions(source.rows(_EXCEPTIONS)),
        ],
    )


def count_sheet(source: Source, day: date) -> Document:
    """Return the sheet to count with: each lot with empty boxes.

    It does not show what the ledger expects, so that people write what they see. It lists the lots with stock and
    those that moved in the last 30 days, with two empty lines for each product.
    """
    lots = source.rows(_LOTS, day, _COUNTED_SINCE_DAYS)
    columns = [
        Column("lot_number", "Lot", width=2.2),
        Column("received_date", "Received", Kind.DATE, width=1.9),
        Column("pallets", "Full pallets", Kind.BOX, width=1.6),
        Column("loose", "Loose units", Kind.BOX, width=1.6),
        Column("counted", "Units in all", Kind.BOX, width=1.9),
        Column("recounted", "Recount", Kind.BOX, width=1.6),
        Column("initials", "Initials", Kind.BOX, width=1.2),
    ]
    tables = [
        Table(
            title=f"{product['sku_code']} {product['product_name']}"[:31],
            columns=columns,
            rows=[
                *(lot for lot in lots if lot["sku_code"] == product["sku_code"]),
                {"lot_number": "Other:"},
                {"lot_number": "Other:"},
            ],
            row_height=8.5,
        )
        for product in source.rows(_PRODUCTS)
    ]
    how = (
        "Count what is on the shelf, lot by lot, without looking at the ledger. Write 0 for a lot that is gone, "
        "and a lot that is not listed under Other. Enter the counts on the page, or with the command count."
    )
    who = "Counted by ____________________   Date and time ____________________   Checked by ____________________"
    notice = notice_about(source, period_of("eod", day))
    return source.document(
        "Count Sheet", source.dates.long_day(day), [Text(how), Text(who), *tables], notice=notice
    )


def units_by_day(source: Source, day: date) -> Bars:
    """Return a chart of the units shipped on each day of the four weeks that end with this one, by product."""
    days = [day - timedelta(days=back) for back in reversed(range(_CHART_DAYS))]
    names = [source.dates.short_day(one) for one in days]
    series = series_by_product(source, source.rows(_BY_DAY, day, _CHART_DAYS), "ship_date", days)
    return Bars(
        title="Units shipped by day, last four weeks",
        categories=names,
        series=series,
        colors=product_colors(source, series),
        labelled=[source.dates.short_day(one) for one in days if one.weekday() == day.weekday()],
    )


def series_by_product(
    source: Source, rows: Sequence[dict[str, Any]], key: str, dates: Sequence[date]
) -> list[tuple[str, list[float]]]:
    """Return units by date for each key product, and one series for all others that shipped.

    Args:
        source: Where the products are.
        rows: `sku_code`, `units` and the date under `key`.
        key: The name of the rows' date.
        dates: The chart's categories.
    """
    products = source.rows(_PRODUCTS)
    stocked = {product["sku_code"] for product in products}
    units: dict[tuple[str, date], int] = {}
    for row in rows:
        code = row["sku_code"] if row["sku_code"] in stocked else ""
        units[code, row[key]] = units.get((code, row[key]), 0) + row["units"]
    named = [(product["sku_code"], product["product_name"]) for product in products]
    if any(code == "" for code, _ in units):
        named.append(("", OTHERS))
    return [(name, [units.get((code, one), 0) for one in dates]) for code, name in named]


def product_colors(source: Source, series: Sequence[tuple[str, Sequence[float]]]) -> list[str]:
    """Return the colors of series by product."""
    known = [product["product_name"] for product in source.rows(_PRODUCTS)]
    return series_colors([name for name, _ in series], known)


def _of_which(unknown: int) -> str:
    return f"of known products; {unknown:,} of unknown SKUs" if unknown else "of known products"


def _shipped(rows: Sequence[dict[str, Any]]) -> Table:
    known = [row for row in rows if row["is_known"]]
    return Table(
        title="Shipped",
        columns=[
            Column("sku_code", "SKU", width=2),
            Column("product_name", "Product", width=4),
            Column("orders", "Orders", Kind.COUNT),
            Column("units", "Units", Kind.COUNT),
        ],
        rows=rows,
        totals={"sku_code": "Total", "units": sum(row["units"] for row in known)} if rows else None,
        note="An order with two products counts in both lines, so orders are not added up.",
        empty="Nothing shipped on this day.",
    )


def _stock(rows: Sequence[dict[str, Any]]) -> Table:
    return Table(
        title="Stock",
        columns=[
            Column("sku_code", "SKU", width=1.1),
            Column("product_name", "Product", width=2.9),
            Column("quantity_on_hand", "On hand", Kind.COUNT, width=1.1),
            Column("pallet_count", "Pallets", Kind.COUNT),
            Column("quantity_allocated", "Allocated", Kind.COUNT, width=1.2),
            Column("quantity_available", "Available", Kind.COUNT, width=1.2),
            Column("average_weekly_units", "Weekly average", Kind.DECIMAL, width=1.2),
            Column("days_of_supply", "Days of supply", Kind.DECIMAL, width=1.1),
            Column("alert_level", "Alert", Kind.LEVEL, width=1.4),
        ],
        rows=rows,
        totals={
            "sku_code": "Total",
            **{
                key: sum(row[key] or 0 for row in rows)
                for key in ("quantity_on_hand", "pallet_count", "quantity_allocated", "quantity_available")
            },
        },
        note="On hand and pallets at the end of the day; the columns from allocated on as of the snapshot.",
    )


def _exceptions(rows: Sequence[dict[str, Any]]) -> Table:
    return Table(
        title="Exceptions",
        columns=[
            Column("exception_type", "What", width=4),
            Column("severity", "Severity", width=2),
            Column("cases", "Cases", Kind.COUNT),
        ],
        rows=[
            {
                **row,
                "exception_type": row["exception_type"].replace("_", " ").capitalize(),
                "severity": row["severity"].capitalize(),
            }
            for row in rows
        ],
        empty="None: nothing needs a person.",
    )
