"""The month's invoice: charges by calendar day, postage by carrier, restatements of earlier months."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from workflows.config.periods import period_of
from workflows.reports.completeness import incomplete, notice_about
from workflows.reports.document import Bars, Column, Document, Figure, Figures, Kind, NewPage, Table, Text
from workflows.reports.series_colors import CHARGES, series_colors
from workflows.reports.snapshot_source import Source

_BILL = "select * from marts.charge_report_monthly where charge_month = $1"
_LINES = """
    select charge_kind, rate_cents as rate, quantity, amount_cents as amount
    from marts.charge_report_lines
    where charge_month = $1
    order by line_number
"""
_DAYS = """
    select * from marts.charge_report_daily
    where date_trunc('month', charge_date) = $1
    order by charge_date
"""
_CARRIERS = """
    select carrier_name, service_name, package_count, postage_cents
    from marts.charge_report_carriers
    where charge_month = $1 and (package_count <> 0 or postage_cents <> 0)
    order by postage_cents desc, carrier_name, service_name
"""
_RESTATEMENTS = """
    select restated_date, order_number, sku_codes, cause, order_count, unit_count, pallet_count, total_cents
    from marts.charge_restatements
    where billed_month = $1
    order by restated_date, order_number nulls last, restatement_key
"""
_CLOSED = "select version, frozen_at, content_hash from marts.closed_months where month = $1"
_ITEMS = {
    "order": "Orders, each on its first ship date",
    "handling": "Units handled",
    "storage": "Storage, pallet-days",
    "postage": "Postage and insurance, as charged by the carriers",
    "restatement": "Restatements of earlier months, listed at the end",
}
# The columns of the day-by-day table, each with the month's column that is its total.
_TOTALS = {
    "order_count": "order_count",
    "package_count": "package_count",
    "unit_count": "unit_count",
    "pallet_count": "pallet_day_count",
    "order_charge_cents": "order_charge_cents",
    "handling_charge_cents": "handling_charge_cents",
    "storage_charge_cents": "storage_charge_cents",
    "postage_cents": "postage_cents",
    "total_cents": "day_total_cents",
}
_NOTHING: dict[str, Any] = dict.fromkeys((*_TOTALS.values(), "restatement_cents", "total_cents"), 0) | {
    "not_loaded": None
}


def bill_month(source: Source, month: date, version: int) -> Document:
    """Return the invoice of a month with all that adds up to its total.

    Args:
        source: The snapshot.
        month: Its first day.
        version: Part of the invoice's number, from the second on.
    """
    bill = next(iter(source.rows(_BILL, month)), _NOTHING)
    days = source.rows(_DAYS, month)
    closed = source.rows(_CLOSED, month)
    carriers = source.rows(_CARRIERS, month)
    number = f"{month:%Y-%m}" if version == 1 else f"{month:%Y-%m}-{version}"
    return source.document(
        title=f"Invoice {number}",
        period=f"Fulfillment charges for {source.dates.month(month)}, issued {source.dates.day(source.today)}",
        notice=_notice(source, month, bill["not_loaded"], is_closed=bool(closed)),
        is_draft=not closed,
        parts=[
            Figures(
                [
                    Figure("Total due", bill["total_cents"], Kind.MONEY),
                    Figure("Orders", bill["order_count"]),
                    Figure("Units", bill["unit_count"]),
                    Figure("Packages", bill["package_count"]),
                    Figure("Pallet-days", bill["pallet_day_count"]),
                ]
            ),
            _lines(source.rows(_LINES, month), bill["total_cents"]),
            Text(_closing_note(source, closed, days), is_small=True),
            _charges_by_day(days),
            _postage(carriers),
            NewPage(),
            _by_day(source, days, bill),
            _restated(_restatements(source, month), bill["restatement_cents"]),
        ],
    )


def _notice(source: Source, month: date, lack: str | None, *, is_closed: bool) -> str:
    """Return what is missing: for a closed month at the time of its close, else now."""
    if is_closed:
        return incomplete(source, lack) if lack else ""
    return notice_about(source, period_of("eom", month))


def _closing_note(source: Source, closed: Sequence[dict[str, Any]], days: Sequence[dict[str, Any]]) -> str:
    """Return whether the lines can still change, their hash, and the days that had not ended at the close."""
    if not closed:
        return "This month is not closed: the figures may still change."
    closed_on = source.dates.day(closed[0]["frozen_at"].astimezone(source.dates.zone).date())
    ahead = [source.dates.day(day["charge_date"]) for day in days if day.get("is_charged_ahead")]
    to_come = f"Charged before they had ended, marked * below: {'; '.join(ahead)}. " if ahead else ""
    return (
        f"Closed on {closed_on}; its lines are frozen, and a later change is a restatement in a later "
        f"invoice. {to_come}Hash of the lines: {closed[0]['content_hash']}"
    )


def _lines(lines: Sequence[dict[str, Any]], due: int) -> Table:
    """Return a line for each charge and rate, postage, restatements, and their total."""
    return Table(
        title="Charges",
        columns=[
            Column("item", "Item", width=5),
            Column("quantity", "Quantity", Kind.COUNT, width=1.4),
            Column("rate", "Rate", Kind.MONEY, width=1.4),
            Column("amount", "Amount", Kind.MONEY, width=1.8),
        ],
        rows=[{**line, "item": _ITEMS[line["charge_kind"]]} for line in lines],
        totals={"item": "Total due", "amount": due},
        empty="Nothing is charged for this month.",
    )


def _charges_by_day(days: Sequence[dict[str, Any]]) -> Bars:
    names = [f"{day['charge_date'].day}" for day in days]
    return Bars(
        title="Charges by day",
        categories=names,
        series=[(name, [day[key] / 100 for day in days]) for key, name in CHARGES.items()],
        colors=series_colors(CHARGES.values(), list(CHARGES.values())),
        labelled=names,
        is_money=True,
    )


def _postage(carriers: Sequence[dict[str, Any]]) -> Table:
    return Table(
        title="Postage by carrier and service",
        columns=[
            Column("carrier_name", "Carrier", width=2.5),
            Column("service_name", "Service", width=4),
            Column("package_count", "Packages", Kind.COUNT, width=1.3),
            Column("postage_cents", "Postage", Kind.MONEY, width=1.6),
        ],
        rows=carriers,
        totals={
            "carrier_name": "Total",
            **{key: sum(row[key] for row in carriers) for key in ("package_count", "postage_cents")},
        },
        empty="No label was bought in this month.",
    )


def _by_day(source: Source, days: Sequence[dict[str, Any]], bill: dict[str, Any]) -> Table:
    ahead = (
        " * Had not ended when the month was closed: shipments as known then, storage for the stock then on hand. "
        "What turned out otherwise is a restatement in a later invoice."
    )
    return Table(
        title="Day by day",
        columns=[
            Column("day", "Day", width=1.9),
            Column("order_count", "Orders", Kind.COUNT),
            Column("unit_count", "Units", Kind.COUNT, width=0.9),
            Column("package_count", "Packages", Kind.COUNT, width=1.35),
            Column("pallet_count", "Pallets", Kind.COUNT, width=1.05),
            Column("order_charge_cents", "Order charge", Kind.MONEY, width=1.6),
            Column("handling_charge_cents", "Handling", Kind.MONEY, width=1.6),
            Column("storage_charge_cents", "Storage", Kind.MONEY, width=1.5),
            Column("postage_cents", "Postage", Kind.MONEY, width=1.7),
            Column("total_cents", "Total", Kind.MONEY, width=1.8),
        ],
        rows=[{**day, "day": _format_day(source, day)} for day in days],
        totals={"day": "Total", **{column: bill[total] for column, total in _TOTALS.items()}},
        note="Pallets are those at the end of the day, their total is pallet-days."
        + (ahead if any(day.get("is_charged_ahead") for day in days) else " Today is not billed yet."),
        empty="No day of this month has ended yet, or it lies before the first shipment.",
    )


def _format_day(source: Source, day: dict[str, Any]) -> str:
    mark = " *" if day.get("is_charged_ahead") else ""
    return f"{source.dates.weekday(day['charge_date'])}{mark}"


def _restatements(source: Source, month: date) -> list[dict[str, Any]]:
    found = source.rows(_RESTATEMENTS, month)
    return [{**row, "cause": source.dates.in_sentence(row["cause"])} for row in found]


def _restated(restatements: Sequence[dict[str, Any]], restated: int) -> Table:
    return Table(
        title="Restatements of earlier months",
        columns=[
            Column("restated_date", "Day", Kind.DATE, width=1.5),
            Column("order_number", "Order", width=1.2),
            Column("sku_codes", "SKU", width=1.2),
            Column("cause", "What changed after the month was closed", width=4.6),
            Column("order_count", "Orders", Kind.COUNT, width=0.9),
            Column("unit_count", "Units", Kind.COUNT, width=0.9),
            Column("pallet_count", "Pallet-days", Kind.COUNT, width=1.0),
            Column("total_cents", "Amount", Kind.MONEY, width=1.4),
        ],
        rows=restatements,
        totals={"restated_date": "Total", "total_cents": restated},
        note="Counts and amounts are differences to what was billed.",
        empty="None: nothing of a closed month has changed.",
    )
