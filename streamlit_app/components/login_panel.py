"""The audit log of logins, for admins."""

from __future__ import annotations

from datetime import UTC, datetime

import pyarrow as pa
import streamlit as st

from streamlit_app.components import columns
from streamlit_app.components.panels import table
from streamlit_app.data.formatted import capital
from workflows.page_api import LOGIN, LOGOUT, MOST_REFUSALS, REFUSAL, Settings, recent_login_events

_SHOWN = 200
_VISIBLE_ROWS = 8
_LISTS = {"Logins and logouts": (LOGIN, LOGOUT), "Refusals": (REFUSAL,)}


def show_logins(settings: Settings) -> None:
    """Show the panel's content: the newest logins and logouts, or the newest refusals."""
    # Refusals have a list of their own: many of them would hide the logins.
    shown: str = st.segmented_control(
        "Show", list(_LISTS), required=True, default=next(iter(_LISTS)), key="logins"
    )
    events = recent_login_events(settings.operations, _SHOWN, _LISTS[shown])
    if not events:
        st.text(f"No {shown.lower()} yet.")
        return
    now = datetime.now(UTC)
    table(
        pa.table(
            {
                "when": [settings.dates.clock(event.happened_at, now) for event in events],
                "event": [capital(event.event) for event in events],
                "user": [event.user_name or "" for event in events],
                "address": [event.address for event in events],
                "reason": [event.reason or "" for event in events],
            }
        ),
        {
            "when": columns.text("When", width="small"),
            "event": columns.text("Event", width="small"),
            "user": columns.text("User", width="medium"),
            "address": columns.text("From address", width="medium"),
            "reason": columns.text("Reason", width="medium"),
        },
        rows_shown=_VISIBLE_ROWS,
        alt=f"{shown}, newest first",
    )
    st.caption(
        "Kept for 400 days. A name that is not in the users file is not recorded, and no more than "
        f"{MOST_REFUSALS} refusals of a name in an hour."
    )
