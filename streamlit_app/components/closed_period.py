"""The close of a week or month: its state, changes since, data that are not loaded, and the report's files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import streamlit as st

from streamlit_app.components.downloads import Download, archived_downloads, report_downloads
from streamlit_app.data.close_status import loaded_data
from streamlit_app.data.formatted import count, plain
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
    not_loaded,
    read_changes,
)


def show_state(
    settings: Settings, close: Mapping[str, Any], *, is_running: bool, open_text: str, running_text: str
) -> None:
    """Show whether a period is closed, open or in progress.

    Args:
        settings: The configuration.
        close: `version`, `closed_at`, `actor` of the newest close; nulls when there is none.
        is_running: Whether the period has not ended.
        open_text: What to say of an open period.
        running_text: What to say of a period in progress.
    """
    if close["closed_at"] is not None:
        again = f", version {close['version']}" if close["version"] > 1 else ""
        when = settings.dates.clock(close["closed_at"], datetime.now(UTC))
        badge = ("Closed", "green", ":material/lock:")
        text = f"{when}, by {close['actor']}{again}"
    elif is_running:
        badge, text = ("In progress", "blue", ":material/schedule:"), running_text
    else:
        badge, text = ("Open", "orange", ":material/lock_open:"), open_text
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.badge(badge[0], color=badge[1], icon=badge[2])  # type: ignore[arg-type]
        st.caption(plain(text), width="content")


def show_changes(
    settings: Settings, snapshot: Snapshot, close: Close | None, period: Period, *, is_small: bool = False
) -> None:
    """Show what has changed in a period since it was closed, if anything; in a card, without a frame."""
    changed = _changes_since(settings, snapshot, close, period)
    if changed:
        billed = ". Billed with a later invoice" if period.kind == "eom" else ""
        words = plain(f"{changed}{billed}.")
        if is_small:
            st.markdown(f":material/update: {words}")
        else:
            st.info(words, icon=":material/update:")


def period_downloads(
    settings: Settings,
    snapshot: Snapshot,
    period: Period,
    row: Mapping[str, Any],
    describe: Callable[[Source], Document],
) -> list[Download]:
    """Return a period's report: the files of its close, or a report of the figures that are shown.

    Args:
        settings: The configuration.
        snapshot: The snapshot that is shown.
        period: The week or month.
        row: `version` and `closed_at` of its newest close; nulls when there is none.
        describe: Returns the content of a report of the present figures.
    """
    close = last_close(settings.operations, period)
    archived = archived_report(settings, period.kind, period.first, close.version) if close else None
    if archived is not None:
        return archived_downloads(archived.files)
    if row["closed_at"] is None:
        return report_downloads(snapshot, describe)
    closed_on = settings.dates.day(row["closed_at"].astimezone(settings.timezone).date())
    figures = close.facts.get("figures", {}).get("shipped") if close else None
    then = (
        f"with {count(figures['orders'], 'order')} and {count(figures['units'], 'unit')}"
        if figures
        else f"as version {row['version']}"
    )
    notice = f"Figures as of {settings.dates.moment(snapshot.as_of)}; closed on {closed_on} {then}."
    return report_downloads(snapshot, describe, notice)


def show_files_note(files: Sequence[Download], row: Mapping[str, Any]) -> None:
    """Say which figures the files of a closed period show."""
    if any(file.name for file in files):
        st.caption("PDF and XLSX are the files of the close, as sent. CSV has the figures shown here.")
    elif row["closed_at"] is not None:
        st.caption(
            "The files of the close are not in the archive. These files show the present figures and say so."
        )


def show_missing_data(settings: Settings, snapshot: Snapshot, period: Period) -> None:
    """Show which days of a period are not loaded, and who loads them, if any are missing."""
    try:
        loaded = loaded_data(settings, str(snapshot.path))
    except CloseRefused:
        return
    missing = not_loaded(period, loaded, snapshot.as_of)
    gap = loaded.gap_of(period, snapshot.as_of) or loaded.stock_gap(snapshot.as_of)
    run = f" {gap.advice().page}" if gap else ""
    if missing is not None:
        st.warning(plain(settings.dates.in_sentence(f"Incomplete: {missing} is not loaded.{run}")))
    elif gap is not None:
        lack = f"The stock is incomplete: changes from {gap.days} are not loaded."
        st.warning(plain(settings.dates.in_sentence(f"{lack}{run}")))


def _changes_since(settings: Settings, snapshot: Snapshot, close: Close | None, period: Period) -> str:
    """Return what has changed in a period since it was closed; empty when nothing has, or when it is open."""
    if close is None:
        return ""
    try:
        return _cached_changes(settings, close, period, f"{settings.published}", snapshot.path.name, close.version)
    except ShipledgerError:
        # The snapshot was deleted; the page is about to show the newer one.
        return ""


@st.cache_data(max_entries=64, show_spinner=False)
def _cached_changes(
    _settings: Settings, _close: Close, period: Period, home: str, snapshot: str, version: int
) -> str:
    del home, version  # Only keys of the cache.
    return read_changes(_settings, _close, period, snapshot)
