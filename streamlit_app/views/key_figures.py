"""Key figures by day as small charts, and the units of open orders in ShipStation compared with ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa
import streamlit as st

from streamlit_app.components import columns
from streamlit_app.components.buttons import start_button
from streamlit_app.components.choices import choose_one
from streamlit_app.components.figure_charts import line_by_time, lines_by_day
from streamlit_app.components.panels import chart, page_title, panel, responsive_columns, result_badge, table
from streamlit_app.data.formatted import count
from streamlit_app.data.snapshot_reader import Snapshot
from workflows.page_api import Measurement, Settings, key_figures, read_open_units

_HEIGHT = 130
_HISTORY_HEIGHT = 110
_ABREAST = 4
# Longer spans are drawn by week: weekends make a daily line hard to read.
_SPANS = {"90": "90 days", "365": "1 year", "all": "All"}
_BY_DAY = "90"


@dataclass(frozen=True)
class _Chart:
    """A small chart: its title, the label of each figure (empty if the title says it), and the decimals shown."""

    title: str
    names: dict[str, str]
    decimals: int = 0


_LEDGER = (
    _Chart("New orders", {"new_order_count": ""}),
    _Chart("Units ordered", {"ordered_unit_count": ""}),
    _Chart("Orders shipped", {"order_count": ""}),
    _Chart("Units shipped", {"unit_count": ""}),
    _Chart("Packages shipped", {"package_count": ""}),
    _Chart("Units on hand", {"quantity_on_hand": ""}),
    _Chart("Pallets", {"pallet_count": ""}),
    _Chart("Order charges", {"order_charges": "dollars"}, 2),
    _Chart("Handling charges", {"handling_charges": "dollars"}, 2),
    _Chart("Storage charges", {"storage_charges": "dollars"}, 2),
    _Chart("Postage", {"postage": "dollars"}, 2),
)
_RECORDED = (
    _Chart("Open orders", {"open_orders": ""}),
    _Chart("Units of open orders", {"open_units": ""}),
    _Chart("Exceptions", {"exceptions": ""}),
    _Chart("Orders without lines", {"ghosts": "open", "repairs": "repaired (orange)"}),
    _Chart("Sync duration", {"sync_seconds": "seconds"}, 1),
    _Chart("Syncs per day", {"sync_count": ""}),
    _Chart("API requests per day", {"api_requests": ""}),
    _Chart("Oldest data", {"watermark_age_minutes": "minutes"}, 1),
)
_DAYS = """
    select
        figure_date as day, new_order_count, ordered_unit_count, order_count, package_count, unit_count,
        quantity_on_hand, pallet_count, order_charge_cents / 100.0 as order_charges,
        handling_charge_cents / 100.0 as handling_charges, storage_charge_cents / 100.0 as storage_charges,
        postage_cents / 100.0 as postage
    from marts.daily_figures
    order by figure_date
"""


def show(settings: Settings, snapshot: Snapshot) -> None:
    """Show the view."""
    page_title("Key figures")
    with panel("Key figures", settings, snapshot):
        _show_figures(settings, snapshot)
    with panel("Units of open orders: ShipStation and Shipledger", settings, snapshot):
        _show_open_units(settings)


def _show_figures(settings: Settings, snapshot: Snapshot) -> None:
    span = choose_one(st, "Time span", _SPANS, "span")
    first = None if span == "all" else settings.today() - timedelta(days=int(span))
    days, recorded = snapshot.rows(_DAYS), key_figures(settings)
    if days:
        _show_group(
            settings, days, _LEDGER, "From the ledger, for every day from the first shipment on", first, span
        )
    else:
        st.text("Nothing has been shipped yet.")
    if recorded:
        _show_group(
            settings, recorded, _RECORDED, "Recorded when a day has ended, as no table has them later", first, span
        )
    else:
        st.text("Nothing recorded yet. The first sync after the end of a day records what no table has later.")


def _show_group(
    settings: Settings,
    figures: Sequence[dict[str, Any]],
    charts: Sequence[_Chart],
    source: str,
    first: date | None,
    span: str,
) -> None:
    """Show where figures come from and since when, and their charts of the days from `first` on; None for all."""
    since = f"{source}: since {settings.dates.day(figures[0]['day'])}."
    shown = [row for row in figures if first is None or row["day"] >= first]
    if not shown:
        st.caption(f"{since} Nothing in this time span; choose a longer one.")
        return
    by_week = span != _BY_DAY
    drawn = "the charts show the daily mean of each week" if by_week else "days without data are gaps"
    up_to = settings.dates.weekday(shown[-1]["day"])
    st.caption(f"{since} {count(len(shown), 'day')}, up to {up_to}; {drawn}.")
    for start in range(0, len(charts), _ABREAST):
        row = charts[start : start + _ABREAST]
        places = responsive_columns(f"figures-{next(iter(row[0].names))}", [1] * _ABREAST)
        for place, spec in zip(places, row, strict=False):
            with place:
                _show_chart(settings, shown, spec, by_week)


def _show_chart(settings: Settings, figures: Sequence[dict[str, Any]], spec: _Chart, by_week: bool) -> None:
    last = [
        (next((row[name] for row in reversed(figures) if row[name] is not None), None), label)
        for name, label in spec.names.items()
    ]
    values = ", ".join(
        "unknown" if value is None else f"{value:,.{spec.decimals}f} {label}".strip() for value, label in last
    )
    names = {name: label or spec.title for name, label in spec.names.items()}
    with st.container(gap=None):
        st.markdown(f"**{spec.title}**")
        st.caption(f"latest: {values}")
        if any(value is not None for value, _label in last):
            chart(
                lines_by_day(
                    settings.dates,
                    figures,
                    names,
                    _HEIGHT,
                    f",.{1 if by_week else spec.decimals}f",
                    by_week=by_week,
                ),
                f"{spec.title} by day; latest: {values}",
            )


def _show_open_units(settings: Settings) -> None:
    measured = read_open_units(settings.operations)
    if not measured:
        st.text("Not compared yet. The next sync that loads changes does it.")
        start_button(settings, "sync", "Sync now")
        return
    now = datetime.now(UTC)
    last = measured[0]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        differing = len(last.differences)
        result_badge("No differences", differing and count(differing, "SKU differs", "SKUs differ"))
        at = settings.dates.clock(last.measured_at, now)
        st.caption(
            f"{count(last.units_there, 'unit')} of open orders in ShipStation, {last.units_here:,} in Shipledger; "
            f"compared {at}",
            width="content",
        )
    if last.differences:
        _show_differences(last)
    if len(measured) > 1:
        _show_history(settings, measured[::-1])


def _show_differences(last: Measurement) -> None:
    values = {
        "sku": [one.sku or "(none)" for one in last.differences],
        "there": [one.there for one in last.differences],
        "here": [one.here for one in last.differences],
    }
    table(
        pa.table(values),
        {
            "sku": columns.text("SKU as printed"),
            "there": columns.number("In ShipStation"),
            "here": columns.number("In Shipledger"),
        },
        rows_shown=6,
        alt="SKUs with other units in ShipStation's open orders than in ours",
    )
    st.caption(
        "A difference that lasts for more than one sync is an alert: an admin then reconciles the orders, which "
        "repairs our data."
    )


def _show_history(settings: Settings, measured: Sequence[Measurement]) -> None:
    rows = [
        {
            "at": one.measured_at.astimezone(settings.timezone).strftime("%Y-%m-%d %H:%M"),
            "when": settings.dates.moment(one.measured_at),
            "value": one.units_there - one.units_here,
        }
        for one in measured
    ]
    title = f"Units in ShipStation minus ours, in the last {count(len(rows), 'comparison')}"
    st.caption(title)
    chart(line_by_time(settings.dates, rows, "Difference", _HISTORY_HEIGHT), title)
