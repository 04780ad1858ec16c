"""The house that is shown, on a page that reads several from the lake."""

from __future__ import annotations

import streamlit as st

from workflows.page_api import Person, Settings

_CHOSEN = "house"


def settings_of_house(settings: Settings, person: Person) -> Settings:
    """Return the settings of the house that was chosen, of those the person may see; of a home, its own."""
    if not settings.reads_lake:
        return settings
    houses = _houses(settings, person)
    chosen = st.session_state.get(_CHOSEN)
    return settings.for_house(chosen if chosen in houses else houses[0])


def show_house_choice(settings: Settings, person: Person) -> None:
    """Show a list of the houses that the person may see, if there are several."""
    houses = _houses(settings, person)
    if settings.reads_lake and len(houses) > 1:
        st.selectbox("House", houses, key=_CHOSEN, width=180, label_visibility="collapsed")


def _houses(settings: Settings, person: Person) -> tuple[str, ...]:
    return person.houses or ((settings.house,) if settings.house else ())
