"""The month's bill: each calendar day with what is charged for, postage by carrier, what changed afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from workflows.periods import period_of
from workflows.reports.completeness import incomplete, notice_about
from workflows.reports.document import Bars, Column, Document, Figure, Figures, Kind, NewPage, Table, Text
from workflows.reports.reading import Source
from workflows.reports.text import month_name, short_day

_DAYS = """
    select * from marts.charge_report_daily
    where date_trunc('month', charge_date) = $1
    order by charge_date
"""
_CARRIERS = """
    select carrier_code, service_code, package_count, postage_cents
    from marts.charge_report_carriers
    where charge_month = $1
    order by postage_cents desc, carrier_code, service_code
"""
_RESTATEMENTS = """
    select restated_date, order_number, sku_codes, cause, order_count, unit_count, pallet_count, total_cents
    from marts.charge_restatements
    where billed_month = $1
    order by restated_date, order_number nulls last, restatement_key
"""
_CLOSED = "select version, frozen_at, content_hash from marts.closed_months where month = $1"
# What is charged: its name, the column it is counted in, the charge's column.
_CHARGES = (
    ("Orders, each on its first ship date", "order_count", "order_charge_cents"),
    ("Units handled", "unit_count", "handling_charge_cents"),
    ("Storage, pallet-days", "pallet_count", "storage_charge_cents"),
)
_SERIES = (
    ("Orders", "order_charge_cents"),
    ("Handling", "handling_charge_cents"),
    ("Storage", "storage_charge_cents"),
    ("Postage", "postage_cents"),
)
_SUMMED = (
    "order_count",
    "package_count",
    "unit_count",
    "pallet_count",
    "order_charge_cents",
    "handling_charge_cents",
    "storage_charge_cents",
    "postage_cents",
    "total_cents",
)


def bill_month(source: Source, month: date, version: int) -> Document:
    """The invoice of a month with all that leads to its total.

    Args:
        source: The snapshot.
        month: Its first day.
        version: Part of the invoice's number, from the second on.
    """
    days = source.rows(_DAYS, month)
    closed = source.rows(_CLOSED, month)
    carriers = source.rows(_CARRIERS, month)
    restatements = source.rows(_RESTATEMENTS, month)
    restated = sum(line["total_cents"] for line in restatements)
    totals = {key: sum(day[key] for day in days) for key in _SUMMED}
    number = f"{month:%Y-%m}" if version == 1 else f"{month:%Y-%m}-{version}"
    return source.document(
        title=f"Invoice {number}",
        period=f"Fulfillment charges for {month_name(month)}, issued {short_day(source.today)}",
        notice=_notice(source, month, days, is_closed=bool(closed)),
        parts=[
            Figures(
                [
                    Figure("Total due", totals["total_cents"] + restated, Kind.MONEY),
                    Figure("Orders", totals["order_count"]),
                    Figure("Units", totals["unit_count"]),
                    Figure("Packages", totals["package_count"]),
                    Figure("Pallet-days", totals["pallet_count"]),
                ]
            ),
            _lines(days, totals, restated),
            Text(_standing(source, closed, days), is_small=True),
            _charges_by_day(days),
            _postage(carriers),
            NewPage(),
            _by_day(days, totals),
            _restated(restatements, restated),
        ],
    )


def _notice(source: Source, month: date, days: Sequence[dict[str, Any]], *, is_closed: bool) -> str:
    """What is missing: of a closed month what was when its lines were frozen, else what is now."""
    if is_closed:
        lack = next((day["not_loaded"] for day in days if day.get("not_loaded")), None)
        return incomplete(lack) if lack else ""
    return notice_about(source, period_of("eom", month))


def _standing(source: Source, closed: Sequence[dict[str, Any]], days: Sequence[dict[str, Any]]) -> str:
    """Whether the month's lines can still change, what proves that they have not, and which had not ended."""
    if not closed:
        return "This month is not closed: the figures may still change."
    closed_on = closed[0]["frozen_at"].astimezone(source.zone).date()
    ahead = [short_day(day["charge_date"]) for day in days if day.get("is_charged_ahead")]
    to_come = f"Charged before they had ended, marked * below: {'; '.join(ahead)}. " if ahead else ""
    return (
        f"Closed on {short_day(closed_on)}; its lines are frozen, and a later change is a restatement in a later "
        f"invoice. {to_come}Hash of the lines: {closed[0]['content_hash']}"
    )


def _lines(days: Sequence[dict[str, Any]], totals: dict[str, int], restated: int) -> Table:
    """One line for each charge and rate, postage, restatements, and the total of the lines."""
    lines = [
        {"item": name, "quantity": quantity, "rate": rate, "amount": rate * quantity}
        for name, count, charge in _CHARGES
        for rate, quantity in _by_rate(days, count, charge)
    ]
    lines.append(
        {
            "item": "Postage and insurance, as charged by the carriers",
            "quantity": totals["package_count"],
            "amount": totals["postage_cents"],
        }
    )
    if restated:
        lines.append({"item": "Restatements of earlier months, listed at the end", "amount": restated})
    return Table(
        title="Charges",
        columns=[
            Column("item", "Item", width=5),
            Column("quantity", "Quantity", Kind.COUNT, width=1.4),
            Column("rate", "Rate", Kind.MONEY, width=1.4),
            Column("amount", "Amount", Kind.MONEY, width=1.8),
        ],
        rows=lines,
        totals={"item": "Total due", "amount": sum(line["amount"] for line in lines)},
    )


def _by_rate(days: Sequence[dict[str, Any]], count: str, charge: str) -> list[tuple[int, int]]:
    """Each rate of the month, in cents, with the quantity it was charged on; a day is charged at one rate."""
    quantities: dict[int, int] = {}
    for day in days:
        if day[count]:
            rate = day[charge] // day[count]
            quantities[rate] = quantities.get(rate, 0) + day[count]
    return list(quantities.items())


def _charges_by_day(days: Sequence[dict[str, Any]]) -> Bars:
    names = [f"{day['charge_date'].day}" for day in days]
    return Bars(
        title="Charges by day",
        categories=names,
        series=[(name, [day[key] / 100 for day in days]) for name, key in _SERIES],
        labelled=names,
        is_money=True,
    )


def _postage(carriers: Sequence[dict[str, Any]]) -> Table:
    return Table(
        title="Postage by carrier and service",
        columns=[
            Column("carrier_code", "Carrier", width=2.5),
            Column("service_code", "Service", width=4),
            Column("package_count", "Packages", Kind.COUNT, width=1.3),
            Column("postage_cents", "Postage", Kind.MONEY, width=1.6),
        ],
        rows=carriers,
        totals={
            "carrier_code": "Total",
            **{key: sum(row[key] for row in carriers) for key in ("package_count", "postage_cents")},
        },
        empty="No label was bought in this month.",
    )


def _by_day(days: Sequence[dict[str, Any]], totals: dict[str, int]) -> Table:
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
        rows=[{**day, "day": _day_words(day)} for day in days],
        totals={"day": "Total", **totals},
        note="Pallets are those at the end of the day, their total is pallet-days."
        + (ahead if any(day.get("is_charged_ahead") for day in days) else " A day that runs is not billed."),
        empty="No day of this month has ended yet, or it lies before the first shipment.",
    )


def _day_words(day: dict[str, Any]) -> str:
    mark = " *" if day.get("is_charged_ahead") else ""
    return f"{day['charge_date']:%a, %b} {day['charge_date'].day}{mark}"


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
