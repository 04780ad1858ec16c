"""Whether a week or month is closed, in words that say what it means."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import streamlit as st

from streamlit_app.closing import what_is_loaded
from streamlit_app.snapshot import Snapshot
from streamlit_app.words import clock, plain
from workflows.errors import CloseRefused
from workflows.periods import Period
from workflows.settings import Settings


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


def show_lack(settings: Settings, snapshot: Snapshot, period: Period) -> None:
    """Draw which days of a week or month are not loaded, and the command for it; nothing when all are."""
    try:
        gap = what_is_loaded(settings, str(snapshot.path)).gap_of(period, snapshot.as_of)
    except CloseRefused:
        return
    if gap is not None:
        st.warning(plain(f"Incomplete: {gap.words} is not loaded. Run {gap.command}."))
