"""The comparisons with the former system: the last ones, and the differences of one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pyarrow as pa
import streamlit as st

from streamlit_app.components import columns
from streamlit_app.components.buttons import start_button
from streamlit_app.components.panels import figure_row, result_badge, table
from streamlit_app.data.formatted import age, count, plain
from workflows.page_api import (
    CLASS_WORDS,
    CLASSES,
    DONE,
    ROLLED_BACK,
    UNEXPLAINED,
    Difference,
    ParityRun,
    Settings,
    differences_of,
    format_explanation,
    last_event,
    recent_comparisons,
)

_RUNS_SHOWN = 36
_VISIBLE_ROWS = 10
_NEWEST = "Latest"
_EMPTY = (
    "Nothing has been compared yet. While the former system still runs, an admin sets its database in the "
    "configuration."
)


def show_parity(settings: Settings) -> None:
    """Show the panel's content."""
    now = datetime.now(UTC)
    runs = recent_comparisons(settings.operations, _RUNS_SHOWN)
    _show_cutover(settings, now)
    if runs:
        run = _chosen(settings, runs, now)
        _show_counts(settings, run, now)
        _show_differences(differences_of(settings.operations, run.run_id))
    else:
        st.text(_EMPTY)
    if settings.legacy_url is not None:
        start_button(settings, "parity", "Compare now")


def _show_cutover(settings: Settings, now: datetime) -> None:
    event = last_event(settings.operations)
    if event is None:
        return
    at = settings.dates.clock(event.noted_at, now)
    if event.event in (DONE, ROLLED_BACK):
        done = "Cutover completed" if event.event == DONE else "Cutover rolled back"
        st.caption(plain(f"{done} by {event.actor}, {at}"))
    else:
        st.warning(
            plain(f"A cutover or rollback by {event.actor}, {at}, is not finished. Ask an admin to finish it.")
        )


def _chosen(settings: Settings, runs: Sequence[ParityRun], now: datetime) -> ParityRun:
    """Return the chosen comparison, by default the latest."""
    by_name = {_NEWEST: runs[0]} | {f"{settings.dates.clock(run.until, now)}, {_result(run)}": run for run in runs}
    name = st.selectbox("Comparison", list(by_name), key="parity_run", width=420)
    return by_name[name]


def _result(run: ParityRun) -> str:
    return count(run.unexplained, "difference unexplained", "differences unexplained")


def _show_counts(settings: Settings, run: ParityRun, now: datetime) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        result_badge("No unexplained differences", run.unexplained and _result(run))
        facts = run.facts
        st.caption(
            plain(
                f"{count(run.orders_compared, 'order')} on both sides, changed or shipped since "
                f"{settings.dates.clock(run.since, now)}; compared {age(run.until, now)} with {run.source}"
            ),
            width="content",
        )
    figures = figure_row()
    for kind in CLASSES:
        figures.metric(CLASS_WORDS[kind].capitalize(), f"{facts['by_class'].get(kind, 0):,}", width="content")
    if facts["not_compared"]:
        st.caption(plain(f"Not compared, because it has no such column: {', '.join(facts['not_compared'])}."))


def _show_differences(differences: Sequence[Difference]) -> None:
    kinds = [kind for kind in CLASSES if any(one.kind == kind for one in differences)]
    if not kinds:
        return
    kind = st.segmented_control(
        "Show", kinds, format_func=lambda kind: CLASS_WORDS[kind], default=kinds[0], key="parity_class"
    )
    shown = [one for one in differences if one.kind == (kind or UNEXPLAINED)]
    table(
        pa.table(
            {
                "area": [one.area for one in shown],
                "order": pa.array([one.order_number for one in shown], pa.string()),
                "sku": pa.array([one.sku for one in shown], pa.string()),
                "field": [one.field for one in shown],
                "ours": [one.ours or "none" for one in shown],
                "theirs": [one.theirs or "none" for one in shown],
                "why": [format_explanation(one) for one in shown],
            }
        ),
        {
            "area": columns.text("Where", width="small"),
            "order": columns.text("Order", width="small"),
            "sku": columns.text("SKU", width="small"),
            "field": columns.text("Field", width="small"),
            "ours": columns.text("Here", width="small"),
            "theirs": columns.text("There", width="small"),
            "why": columns.text("Explanation", width="large"),
        },
        rows_shown=_VISIBLE_ROWS,
        alt="Differences from the former system",
    )
