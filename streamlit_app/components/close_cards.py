"""The cards of the closes of day, week and month: what each does, its progress and its result."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import streamlit as st

from streamlit_app.auth.identity import current_person
from streamlit_app.components import actions
from streamlit_app.components.buttons import NOT_ALLOWED, run_button, show_progress, show_refusal
from streamlit_app.components.closed_period import show_changes
from streamlit_app.components.links import show_link
from streamlit_app.components.panels import responsive_columns, show_missing_worker
from streamlit_app.components.report_mail import show_close_mail
from streamlit_app.data.close_status import CloseState, close_states, report_files
from streamlit_app.data.formatted import CLOSE_TITLES, plain
from streamlit_app.data.run_list import Run
from streamlit_app.data.snapshot_reader import current_snapshot
from workflows.page_api import Close, Dates, Period, Person, Settings

_REFRESH_SECONDS = 1
_BUTTONS = {"eod": "Close the day", "eow": "Close the week", "eom": "Close the month"}
_WHAT = {
    "eod": "Syncs with ShipStation, records the day's shipments, updates stock and alerts, and makes the day's "
    "summary and the count sheet.",
    "eow": "Closes Friday first if it is open, then the week. Makes the weekly report as PDF and XLSX, and sends "
    "it by e-mail if mail is configured.",
    "eom": "Closes the last weekday and week first if they are open, then freezes the month. Makes the charge "
    "report and the invoice as PDF and XLSX, and sends them by e-mail if mail is configured.",
}
_ANOTHER_DAY = "To close an earlier one, choose one of its days under Another day."
_WHEN = {
    "eod": "When shipping is complete",
    "eow": "Friday after shipping",
    "eom": "Last weekday of the month, after shipping",
}
_NEXT = {"eod": ("inventory", "Inventory"), "eow": ("weekly", "Weekly"), "eom": ("charges", "Charges")}


def show_closes(settings: Settings, chosen: date | None) -> None:
    """Show the three cards. They refresh every second, without rerunning the rest of the page.

    Args:
        settings: The configuration.
        chosen: A day of the periods to close; None for those that are due.
    """
    st.fragment(_cards, run_every=_REFRESH_SECONDS)(settings, chosen)


def _cards(settings: Settings, chosen: date | None) -> None:
    person = current_person(settings)
    if person is None:
        st.rerun()
    show_missing_worker(settings)
    places = responsive_columns("closes", [1, 1, 1])
    for place, state in zip(places, close_states(settings, chosen), strict=True):
        # With small gaps, a closed month with all it can say ends within a screen of 1280 by 800.
        with place, st.container(border=True, height="stretch", gap="xsmall", key=f"close-{state.kind}"):
            _card(settings, person, state)


def _card(settings: Settings, person: Person, state: CloseState) -> None:
    now = datetime.now(UTC)
    when_and_what = f"{_WHEN[state.kind]}. {_WHAT[state.kind]} {_ANOTHER_DAY}"
    with st.container(horizontal=True):
        st.header(CLOSE_TITLES[state.kind], anchor=False, help=when_and_what, width="content")
    if state.why_not is not None:
        why_not = settings.dates.in_sentence(state.why_not)
        if state.period is None:
            st.text(why_not)
        else:
            st.caption(f":orange[:material/warning:] {plain(why_not)}")
    if state.done is not None:
        _show_result(settings, person, state, state.done, now)
    if state.run is not None and state.run.is_open:
        _show_progress(settings, state.run)
    elif state.done is None:
        _show_button(settings, person, state)
    if state.run is not None and not state.run.is_open:
        _show_failure(settings, state.run, now)
    show_refusal(settings, state.kind)
    if state.done is not None:
        return
    if state.last is not None:
        last = _last_period(settings.dates, state.last)
        st.caption(plain(f"Last closed: {last}, {_when_and_who(settings, state.last, now)}"))
        show_close_mail(settings, person, state.last)
    else:
        st.caption("Not closed yet.")


def _show_button(settings: Settings, person: Person, state: CloseState) -> None:
    may = person.may(state.kind)
    # The date is fixed here, so that a button pressed after midnight still closes the period on its label.
    day = state.period.first if state.period else settings.today()
    named = f": {_period_text(settings.dates, state.period)}" if state.period else ""
    st.button(
        f"{_BUTTONS[state.kind]}{named}",
        type="primary",
        key=f"start-{state.kind}",
        disabled=not may or state.why_not is not None,
        help=None if may else NOT_ALLOWED,
        on_click=actions.attempt,
        args=(state.kind, actions.start_close, settings, state.kind, day),
        kwargs={"force": False},
    )


def _show_again(settings: Settings, person: Person, state: CloseState, done: Close) -> None:
    may = person.may(state.kind)
    day = state.period.first if state.period else settings.today()
    with st.popover(
        "Close again",
        disabled=not may,
        help=None if may else NOT_ALLOWED,
        key=f"again-{state.kind}",
        width="content",
    ):
        st.text(
            f"{_period_text(settings.dates, state.period)} is closed. Closing again makes version "
            f"{done.version + 1} from the present data in ShipStation. Earlier versions and their files are kept."
        )
        st.button(
            f"Make version {done.version + 1}",
            type="primary",
            key=f"force-{state.kind}",
            on_click=actions.attempt,
            args=(state.kind, actions.start_close, settings, state.kind, day),
            kwargs={"force": True},
        )


def _show_progress(settings: Settings, run: Run) -> None:
    show_progress(settings, run)
    if run.finished:
        st.caption(plain("✓ " + ", ✓ ".join(run.finished)))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(plain(f"Started by {run.actor or 'unknown'}"), width="content")
        run_button(settings, run, "Cancel", actions.cancel)


def _show_failure(settings: Settings, run: Run, now: datetime) -> None:
    at = settings.dates.clock(run.finished_at or run.started_at or now, now)
    word = "was cancelled" if run.status == "cancelled" else "was refused" if run.is_refused else "failed"
    st.error(plain(f"The run by {run.actor or 'unknown'} {word} at {at}. {run.error or ''}"))
    if not run.is_refused:
        run_button(settings, run, "Resume at the failed step", actions.retry)


def _show_result(settings: Settings, person: Person, state: CloseState, done: Close, now: datetime) -> None:
    version = f", version {done.version}" if done.version > 1 else ""
    period = _period_text(settings.dates, state.period)
    closed = plain(f"{period}: closed {_when_and_who(settings, done, now)}{version}")
    st.caption(f":green[:material/check_circle:] {closed}")
    st.text(settings.dates.in_sentence(done.facts.get("summary") or "Closed."))
    snapshot = current_snapshot(settings)
    if snapshot is not None and state.period is not None:
        show_changes(settings, snapshot, done, state.period, is_small=True)
    show_close_mail(settings, person, done)
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        _show_files(report_files(settings, done), done.kind)
        if state.run is None or not state.run.is_open:
            _show_again(settings, person, state, done)
        show_link(*_NEXT[done.kind])


def _show_files(files: Sequence[Path], kind: str) -> None:
    if not files:
        return
    with st.popover("Files", icon=":material/download:", key=f"files-{kind}", width="content"):
        for file in files:
            st.download_button(
                _file_label(file),
                file.read_bytes,
                file_name=file.name,
                icon=":material/download:",
                on_click="ignore",
                key=f"file-{kind}-{file.name}",
            )


def _when_and_who(settings: Settings, close: Close, now: datetime) -> str:
    return f"{settings.dates.clock(close.closed_at, now)} by {close.actor}"


def _last_period(dates: Dates, last: Close) -> str:
    """Return the period of a close, which may be long ago."""
    first = date.fromisoformat(f"{last.period}-01" if last.kind == "eom" else last.period)
    return {"eod": dates.day, "eow": dates.week, "eom": dates.month}[last.kind](first)


def _period_text(dates: Dates, period: Period | None) -> str:
    if period is None:
        return ""
    return {"eod": dates.weekday, "eow": dates.week, "eom": dates.month}[period.kind](period.first)


def _file_label(file: Path) -> str:
    """Return what a report is: its file name ends in `-v<version>-<what it is>`."""
    what = re.sub(r".*-v\d+-", "", file.stem).replace("-", " ")
    return f"{what.capitalize()} ({file.suffix[1:].upper()})"
