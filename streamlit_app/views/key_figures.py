"""Key figures: what an owner watches, day by day, as lines; and open units in ShipStation against ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import streamlit as st

from streamlit_app.components.buttons import start_button
from streamlit_app.components.choices import choose_in_row
from streamlit_app.components.figure_charts import line_by_time, lines_by_day
from streamlit_app.components.panels import beside, chart, panel, table
from streamlit_app.components.status_bar import Moment
from streamlit_app.data.formatted import clock, count, day
from streamlit_app.data.snapshot_reader import Snapshot
from workflows.page_api import Measurement, Settings, key_figures, read_open_units

_HEIGHT = 130
_HISTORY_HEIGHT = 110
_ABREAST = 4
# A chart of more days draws weeks: weekends make a saw of each day.
_SPANS = {"90": "90 days", "365": "A year", "all": "All"}
_BY_DAY = "90"


@dataclass(frozen=True)
class _Figures:
    """A small chart: title, figures with the words that the title lacks, and decimals of their numbers."""

    title: str
    names: dict[str, str]
    decimals: int = 0


_CHARTS = (
    _Figures("Orders in", {"orders_in": ""}),
    _Figures("Orders shipped", {"orders_shipped": ""}),
    _Figures("Open orders", {"open_orders": ""}),
    _Figures("Exceptions", {"exceptions": ""}),
    _Figures("Units in", {"units_in": ""}),
    _Figures("Units shipped", {"units_shipped": ""}),
    _Figures("Units of open orders", {"open_units": ""}),
    _Figures("Orders without lines", {"ghosts": "open", "repairs": "repaired (amber)"}),
    _Figures("A sync takes", {"sync_seconds": "seconds"}, 1),
    _Figures("Syncs a day", {"sync_count": ""}),
    _Figures("Requests a day", {"api_requests": ""}),
    _Figures("Watermark's age", {"watermark_age_minutes": "minutes at most"}, 1),
)


def show(settings: Settings, snapshot: Snapshot, moment: Moment) -> None:
    """Draw the view."""
    del moment
    with panel("Key figures", settings, snapshot):
        _show_figures(settings)
    with panel("Open units, ShipStation against ours", settings, snapshot):
        _show_open_units(settings)


def _show_figures(settings: Settings) -> None:
    figures = key_figures(settings)
    if not figures:
        st.text("No day has been noted yet. The first sync after a day's end notes it; `serve` does so by itself.")
        return
    span = choose_in_row(st, "Span", _SPANS, "span")
    if span != "all":
        first = settings.today() - timedelta(days=int(span))
        figures = [row for row in figures if row["day"] >= first]
    if not figures:
        st.text("No day of this span was noted. Choose a longer one, or let `serve` run.")
        return
    by_week = span != _BY_DAY
    drawn_by = "the mean day of each week is drawn" if by_week else "what nobody noted is a gap"
    st.caption(f"{count(len(figures), 'day')}, up to {day(figures[-1]['day'])}; {drawn_by}.")
    for start in range(0, len(_CHARTS), _ABREAST):
        row = _CHARTS[start : start + _ABREAST]
        for place, drawn in zip(beside(f"figures-{start}", [1] * _ABREAST), row, strict=True):
            with place:
                _show_chart(figures, drawn, by_week)


def _show_chart(figures: Sequence[dict[str, Any]], drawn: _Figures, by_week: bool) -> None:
    """A small chart below its title and the last number known of each figure."""
    last = [
        (next((row[name] for row in reversed(figures) if row[name] is not None), None), words)
        for name, words in drawn.names.items()
    ]
    values = ", ".join(
        f"{'unknown' if value is None else f'{value:,.{drawn.decimals}f}'} {words}".strip()
        for value, words in last
    )
    names = {name: words or drawn.title for name, words in drawn.names.items()}
    with st.container(gap=None):
        st.markdown(f"**{drawn.title}**")
        st.caption(f"last {values}")
        if any(value is not None for value, _words in last):
            chart(
                lines_by_day(figures, names, _HEIGHT, f",.{1 if by_week else drawn.decimals}f", by_week=by_week),
                f"{drawn.title}, day by day; the last: {values}",
            )


def _show_open_units(settings: Settings) -> None:
    measured = read_open_units(settings.operations)
    if not measured:
        st.text("Nothing has been measured yet. The next sync that brings something does it, without a request.")
        start_button(settings, "sync", "Sync now")
        return
    now = datetime.now(UTC)
    last = measured[0]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if last.differences:
            words = count(len(last.differences), "SKU differs", "SKUs differ")
            st.badge(words, icon=":material/error:", color="red")
        else:
            st.badge("No SKU differs", icon=":material/check_circle:", color="green")
        at = clock(last.measured_at, settings.timezone, now)
        st.caption(
            f"{count(last.units_there, 'unit')} of open orders in ShipStation, {last.units_here:,} here; "
            f"measured {at}",
            width="content",
        )
    if last.differences:
        _show_differences(last)
    if len(measured) > 1:
        _show_history(settings, measured[::-1])


def _show_differences(last: Measurement) -> None:
    number = st.column_config.NumberColumn
    columns = {
        "sku": [one.sku or "(none)" for one in last.differences],
        "there": [one.there for one in last.differences],
        "here": [one.here for one in last.differences],
    }
    table(
        pa.table(columns),
        {
            "sku": st.column_config.TextColumn("SKU as printed"),
            "there": number("In ShipStation", format="localized"),
            "here": number("Here", format="localized"),
        },
        rows_shown=6,
        alt="SKUs of which ShipStation's open orders hold other units than ours",
    )
    st.caption(
        "One that lasts for more than one sync is an alert. `orchestrate.py reconcile --since DAY --repair` "
        "compares with ShipStation again and puts right what is ours."
    )


def _show_history(settings: Settings, measured: Sequence[Measurement]) -> None:
    rows = [
        {
            "at": one.measured_at.astimezone(settings.timezone).strftime("%Y-%m-%d %H:%M"),
            "value": one.units_there - one.units_here,
        }
        for one in measured
    ]
    title = f"Units in ShipStation less ours, at the last {count(len(rows), 'measurement')}"
    st.caption(title)
    chart(line_by_time(rows, "Difference", _HISTORY_HEIGHT), title)
