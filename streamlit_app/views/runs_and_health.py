"""Runs and health: three lines that say whether all is well; everything else under Administration."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import streamlit as st

from streamlit_app.auth.identity import current_person
from streamlit_app.components import actions, columns
from streamlit_app.components.buttons import run_button, show_refusal, start_button
from streamlit_app.components.choices import change_address
from streamlit_app.components.health_panel import show_health
from streamlit_app.components.login_panel import show_logins
from streamlit_app.components.long_list import pick_row
from streamlit_app.components.outbox_panel import show_outbox
from streamlit_app.components.panels import figure_row, page_title, panel, show_missing_worker
from streamlit_app.components.parity_panel import show_parity
from streamlit_app.components.switch_board import show_switches
from streamlit_app.data.formatted import age, count, duration, job_title, plain
from streamlit_app.data.freshness import freshness, last_checked, watermark
from streamlit_app.data.run_list import Run, recent_runs, runs_of
from streamlit_app.data.snapshot_reader import Snapshot
from workflows.page_api import KINDS, SLOW_SYNC_SECONDS, Read, Settings, health_history, last_read

_RUNS_SHOWN = 100
_IN_ADMINISTRATION = ("administration", "run", "mail")
_VISIBLE_ROWS = 14
_STATUS_LABELS = {
    "success": "✓ done",
    "failed": "✗ failed",
    "cancelled": "– cancelled",
    "running": "… running",
    "queued": "… queued",
}


def show(settings: Settings, snapshot: Snapshot) -> None:
    """Show the view."""
    page_title("Runs and health")
    now = datetime.now(UTC)
    runs = recent_runs(settings, snapshot)
    show_missing_worker(settings)
    with panel("At a glance", settings, snapshot):
        _show_glance(settings, snapshot, runs, now)
        start_button(settings, "sync", "Sync now")
    # A run or a mail that the address names is in it.
    is_asked = not st.query_params.keys().isdisjoint(_IN_ADMINISTRATION)
    administration = st.expander(
        "Administration", expanded=is_asked, key="administration", on_change=_remember_administration
    )
    if administration.open:
        with administration:
            _show_administration(settings, snapshot, runs, now)


def _remember_administration() -> None:
    is_open = st.session_state["administration"]
    change_address(**{**dict.fromkeys(_IN_ADMINISTRATION), "administration": "open" if is_open else None})


def _show_glance(settings: Settings, snapshot: Snapshot, runs: Sequence[Run], now: datetime) -> None:
    """Show a line each on the data, the checks and the jobs."""
    read = last_read(settings.operations) or Read(last_checked(snapshot.as_of, runs), watermark(runs))
    fresh = freshness(read.at, now, settings.sync_minutes)
    _line("Data", fresh.text, fresh.tone, f"Last read from ShipStation {settings.dates.clock(read.at, now)}")
    points = health_history(settings)
    if not points:
        _line("Checks", "Not run yet", "gray", "They run daily.")
    else:
        failed, at = points[-1].failed, settings.dates.clock(points[-1].checked_at, now)
        words = f"{len(failed)} failed" if failed else f"All {points[-1].passed} passed"
        _line("Checks", words, "red" if failed else "green", ", ".join([f"Checked {at}", *failed]))
    newest = {run.kind: run for run in reversed(runs) if not run.is_open}
    failures = [job_title(run.kind) for run in newest.values() if run.status == "failed"]
    words = f"{count(len(failures), 'job')} failed" if failures else "All jobs done"
    last = next((run for run in runs if run.finished_at), None)
    ended = ""
    if last is not None and last.finished_at is not None:
        ended = f"Last: {job_title(last.kind)}, {settings.dates.clock(last.finished_at, now)}"
    _line("Jobs", words, "red" if failures else "green", ", ".join(failures) or ended)


def _line(name: str, words: str, color: Any, more: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{name}**", width=70)
        st.badge(words, color=color)
        st.caption(plain(more), width="content")


def _show_administration(settings: Settings, snapshot: Snapshot, runs: Sequence[Run], now: datetime) -> None:
    with panel("Freshness", settings, snapshot):
        _show_freshness(settings, snapshot, runs, now)
    with panel("Health checks", settings, snapshot):
        show_health(settings)
    with panel("Scheduled jobs", settings, snapshot):
        show_switches(settings)
    with panel("E-mail", settings, snapshot):
        show_outbox(settings)
    with panel("Former system", settings, snapshot):
        show_parity(settings)
    person = current_person(settings)
    if person is not None and person.may("logins"):
        with panel("Logins", settings, snapshot):
            show_logins(settings)
    with panel("Runs", settings, snapshot):
        _show_runs(settings, runs, now)


def _show_freshness(settings: Settings, snapshot: Snapshot, runs: Sequence[Run], now: datetime) -> None:
    figures = figure_row()
    # As in `orchestrate.py status`: a read counts once it is loaded, even if the build fails.
    read = last_read(settings.operations) or Read(last_checked(snapshot.as_of, runs), watermark(runs))
    requests = sum(run.facts.get("api_requests") or 0 for run in runs if _is_in_last_hour(run, now))
    passed = next((run.tests_passed for run in runs if run.tests_passed), None)
    _figure(figures, "Last read from ShipStation", age(read.at, now), settings.dates.clock(read.at, now))
    _figure(
        figures,
        "Changes loaded up to",
        settings.dates.clock(read.watermark, now) if read.watermark else "unknown",
        "the watermark",
    )
    _figure(figures, "Requests in the last hour", f"{requests:,}", f"of {settings.rate_limit * 60:,} allowed")
    _figure(figures, "Tests of the last build", "unknown" if passed is None else f"{passed} passed", "none failed")


def _is_in_last_hour(run: Run, now: datetime) -> bool:
    return run.started_at is not None and now - run.started_at < timedelta(hours=1)


def _figure(place: st.delta_generator.DeltaGenerator, label: str, value: str, context: str) -> None:
    place.metric(label, value, context, delta_color="off", delta_arrow="off", width="content")


def _show_runs(settings: Settings, published: Sequence[Run], now: datetime) -> None:
    kind = st.selectbox(
        "Kind", KINDS, index=None, format_func=job_title, placeholder="All kinds", key="runs_kind", width=220
    )
    kinds = (kind,) if kind else KINDS
    runs = runs_of(settings, kinds, _RUNS_SHOWN) or [run for run in published if run.kind in kinds]
    if not runs:
        st.text("No runs of this kind yet.")
        return
    run_id = _pick_run(settings, runs, now)
    chosen = next((run for run in runs if run.run_id == run_id), None)
    if chosen is None:
        st.caption("Select a run to see its details, to cancel it or to retry it.")
    else:
        _show_run(settings, chosen, now)


def _pick_run(settings: Settings, runs: Sequence[Run], now: datetime) -> str | None:
    return pick_row(
        pa.table(
            {
                "status": [_STATUS_LABELS.get(run.status, run.status) for run in runs],
                "kind": [job_title(run.kind) for run in runs],
                "started": [settings.dates.clock(run.started_at, now) if run.started_at else "" for run in runs],
                "duration": [_duration(run) for run in runs],
                "actor": [run.actor or "" for run in runs],
                "result": [_result(settings, run) for run in runs],
            }
        ),
        {
            "status": columns.text("Status", width="small"),
            "kind": columns.text("Kind", width="small"),
            "started": columns.text("Started", width="small"),
            "duration": columns.text("Duration"),
            "actor": columns.text("By", width="small"),
            "result": columns.text("Result or error", width="large"),
        },
        name="run",
        keys=[run.run_id for run in runs],
        alt="Runs, newest first; select one to see its details",
        rows_shown=_VISIBLE_ROWS,
    )


def _show_run(settings: Settings, run: Run, now: datetime) -> None:
    facts = {
        "Run": run.run_id,
        "Kind": job_title(run.kind),
        "Status": run.status,
        "By": run.actor,
        "Started": run.started_at and settings.dates.clock(run.started_at, now),
        "Duration": duration(run.seconds),
        "Requests": run.facts.get("api_requests"),
        "Orders changed": run.orders_changed,
        "Published": run.facts.get("published"),
    }
    with st.container(horizontal=True, gap="medium"):
        for name, value in facts.items():
            if value not in (None, ""):
                with st.container(width="content", gap=None):
                    st.caption(name)
                    st.text(str(value))
    if run.error:
        st.text(run.error)
    for test in run.failed_tests:
        st.text(f"Failed: {test}")
    if run.is_open:
        run_button(settings, run, "Cancel", actions.cancel)
    elif run.status in ("failed", "cancelled"):
        run_button(settings, run, "Retry", actions.retry)
    show_refusal(settings, run.kind)


def _duration(run: Run) -> str:
    text = duration(run.seconds)
    is_slow = run.kind == "sync" and (run.seconds or 0) > SLOW_SYNC_SECONDS
    return f"▲ {text}, slow" if is_slow else text


def _result(settings: Settings, run: Run) -> str:
    if run.error or run.failed_tests:
        return ", ".join(run.failed_tests) or run.error or ""
    if run.facts.get("summary"):
        return settings.dates.in_sentence(run.facts["summary"])
    return count(run.orders_changed, "order changed", "orders changed") if run.orders_changed is not None else ""
