"""The health checks: the last result, the history, and a button to run them now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import streamlit as st

from streamlit_app.components import charts
from streamlit_app.components.buttons import start_in_fragment
from streamlit_app.components.panels import chart, result_badge
from streamlit_app.data.formatted import age, count
from streamlit_app.data.run_list import Run, open_run
from workflows.page_api import HealthPoint, Settings, health_history

_DAYS = 90
_HEIGHT = 150
_REFRESH_SECONDS = 2


def show_health(settings: Settings) -> None:
    """Show the panel's content."""
    points = health_history(settings, _DAYS)
    if not points:
        st.text("The checks have not run yet. They run daily.")
    else:
        _show_last(settings, points[-1], datetime.now(UTC))
        if len(points) > 1:
            _show_line(settings, points)
    # A fragment that refreshes: these checks publish no snapshot.
    shown = _state(settings, open_run(settings, "health"))
    st.fragment(_check, run_every=_REFRESH_SECONDS)(settings, shown)


def _state(settings: Settings, run: Run | None) -> tuple[str | None, datetime | None]:
    """Return the status of the checks, if they wait or run, and when they were last done."""
    points = health_history(settings, _DAYS)
    return run.status if run else None, points[-1].checked_at if points else None


def _check(settings: Settings, shown: tuple[str | None, datetime | None]) -> None:
    """Show the button that runs the checks, and their progress. The page follows when they begin and end."""
    run = open_run(settings, "health")
    if _state(settings, run) != shown:
        st.rerun()
    start_in_fragment(settings, "health", "Check now", run)


def _show_last(settings: Settings, point: HealthPoint, now: datetime) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        result_badge(f"All {point.passed} passed", point.failed and f"{len(point.failed)} failed")
        at = settings.dates.clock(point.checked_at, now)
        st.caption(f"Checked {at} · {age(point.checked_at, now)}", width="content")
    for name in point.failed:
        st.text(f"✗ {name}")
    if point.failed:
        st.caption("An admin finds the details in the report of the health checks.")


def _show_line(settings: Settings, points: Sequence[HealthPoint]) -> None:
    rows = [
        {
            "checked": point.checked_at.astimezone(settings.timezone).strftime("%Y-%m-%d %H:%M"),
            "when": settings.dates.moment(point.checked_at),
            "passed": point.passed,
            "failed": len(point.failed),
            "which": ", ".join(point.failed) or "none",
        }
        for point in points
    ]
    chart(
        charts.health_history(settings.dates, rows, _HEIGHT),
        f"Failed checks in the last {count(len(points), 'run')}",
    )
