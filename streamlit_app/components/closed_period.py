"""A week or month: whether it is closed, what has changed since, what is not loaded, and its report's files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import streamlit as st

from streamlit_app.components.downloads import Download, kept_downloads, report_downloads
from streamlit_app.data.close_status import what_is_loaded
from streamlit_app.data.formatted import clock, count, plain
from streamlit_app.data.snapshot_reader import Snapshot
from workflows.page_api import (
    Close,
    CloseRefused,
    Document,
    Period,
    Settings,
    ShipledgerError,
    Source,
    archived_report,
    last_close,
    moment,
    not_loaded,
    read_changes,
    short_day,
)


def show_state(
    settings: Settings, close: Mapping[str, Any], *, is_running: bool, open_words: str, running_words: str
) -> None:
    """Draw a badge and a sentence.

    Args:
        settings: The configuration.
        close: `version`, `closed_at`, `actor` of the newest close; nulls when there is none.
        is_running: Whether the period has not ended.
        open_words: What it means that an ended period is not closed.
        running_words: What it means that it still runs.
    """
    if close["closed_at"] is not None:
        again = f", version {close['version']}" if close["version"] > 1 else ""
        when = clock(close["closed_at"], settings.timezone, datetime.now(UTC))
        badge = ("Closed", "green", ":material/lock:")
        words = f"{when}, by {close['actor']}{again}"
    elif is_running:
        badge, words = ("Running", "blue", ":material/schedule:"), running_words
    else:
        badge, words = ("Open", "orange", ":material/lock_open:"), open_words
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.badge(badge[0], color=badge[1], icon=badge[2])  # type: ignore[arg-type]
        st.caption(plain(words), width="content")


def show_changes(settings: Settings, snapshot: Snapshot, close: Close | None, period: Period) -> None:
    """Draw what has changed in a period since it was closed; nothing when nothing has."""
    changed = _changes_since(settings, snapshot, close, period)
    if changed:
        billed = ". Later invoices bill it" if period.kind == "eom" else ""
        st.info(plain(f"{changed}{billed}."), icon=":material/update:")


def report_files_of(
    settings: Settings,
    snapshot: Snapshot,
    period: Period,
    row: Mapping[str, Any],
    describe: Callable[[Source], Document],
) -> list[Download]:
    """A period's report: once it is closed the files of the close, else one of the figures that are shown.

    Args:
        settings: The configuration.
        snapshot: What is shown.
        period: The week or month.
        row: `version` and `closed_at` of its newest close; nulls when there is none.
        describe: Makes the document of a report of now.
    """
    close = last_close(settings.operations, period)
    kept = archived_report(settings, period.kind, period.first, close.version) if close else None
    if kept is not None:
        return kept_downloads(kept.files)
    if row["closed_at"] is None:
        return report_downloads(snapshot, describe)
    closed_on = short_day(row["closed_at"].astimezone(settings.timezone).date())
    figures = close.facts.get("figures", {}).get("shipped") if close else None
    then = (
        f"with {count(figures['orders'], 'order')} and {count(figures['units'], 'unit')}"
        if figures
        else f"as version {row['version']}"
    )
    notice = f"Figures as of {moment(snapshot.as_of, settings.timezone)}; closed on {closed_on} {then}."
    return report_downloads(snapshot, describe, notice)


def show_which_files(files: Sequence[Download], row: Mapping[str, Any]) -> None:
    """Draw what the files of a closed period show; nothing for one that is open."""
    if any(file.name for file in files):
        st.caption("PDF and XLSX are the files of the close, as they were sent. CSV has the figures shown here.")
    elif row["closed_at"] is not None:
        st.caption("The files of the close are not in the archive. These show today's figures, and say so.")


def show_lack(settings: Settings, snapshot: Snapshot, period: Period) -> None:
    """Draw which days of a week or month are not loaded, and the command for it; nothing when all are."""
    try:
        loaded = what_is_loaded(settings, str(snapshot.path))
    except CloseRefused:
        return
    lack = not_loaded(period, loaded, snapshot.as_of)
    gap = loaded.gap_of(period, snapshot.as_of) or loaded.stock_gap(snapshot.as_of)
    run = f" Run {gap.command}." if gap else ""
    if lack is not None:
        st.warning(plain(f"Incomplete: {lack} is not loaded.{run}"))
    elif gap is not None:
        st.warning(plain(f"The stock is not whole: what changed from {gap.words} is not loaded.{run}"))


def _changes_since(settings: Settings, snapshot: Snapshot, close: Close | None, period: Period) -> str:
    """What has changed in a period since it was closed, in words; empty when nothing has, or it is open."""
    if close is None:
        return ""
    try:
        return _remembered_changes(
            settings, close, period, f"{settings.published}", snapshot.path.name, close.version
        )
    except ShipledgerError:
        # This version was deleted meanwhile; the page is about to show the newer one.
        return ""


@st.cache_data(max_entries=64, show_spinner=False)
def _remembered_changes(
    _settings: Settings, _close: Close, period: Period, home: str, snapshot: str, version: int
) -> str:
    del home, version  # part of the cache's key only
    return read_changes(_settings, _close, period, snapshot)
