"""The switches of the scheduled jobs."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from streamlit_app.auth.identity import current_person
from streamlit_app.components import actions
from streamlit_app.components.buttons import show_refusal
from streamlit_app.data.formatted import job_title, plain
from workflows.page_api import Settings, Switch, read_switches, turn_switch

_PLACE = "switches"


def show_switches(settings: Settings) -> None:
    """Show a switch for each scheduled job. Only an admin can turn it."""
    person = current_person(settings)
    may = person is not None and person.may("switch")
    now = datetime.now(UTC)
    for switch in read_switches(settings.operations):
        with st.container(horizontal=True, vertical_alignment="center"):
            # The key changes when someone else turns the switch, so that it shows its new state.
            key = f"switch-{switch.name}-{switch.is_on}-{switch.turned_at}"
            st.toggle(
                job_title(switch.name),
                value=switch.is_on,
                disabled=not may,
                key=key,
                width=130,
                on_change=actions.attempt,
                args=(_PLACE, _turn, settings, switch),
            )
            st.caption(plain(f"{switch.purpose}{_turned(settings, switch, now)}"))
    if not may:
        st.caption("Only an admin can turn switches.")
    show_refusal(settings, _PLACE)


def _turn(settings: Settings, switch: Switch) -> None:
    person = actions.authorize(settings, "switch")
    turn_switch(settings.operations, switch.name, not switch.is_on, person.name)


def _turned(settings: Settings, switch: Switch, now: datetime) -> str:
    if switch.turned_at is None:
        return ""
    word = "on" if switch.is_on else "off"
    return f". Turned {word} by {switch.actor}, {settings.dates.clock(switch.turned_at, now)}"
