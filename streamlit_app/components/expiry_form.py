"""The form for the expiry date of a lot."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import streamlit as st

from streamlit_app.components import actions
from streamlit_app.data.formatted import plain
from workflows.page_api import (
    LATEST_EXPIRY_YEARS,
    NO_EXPIRY,
    EntryRefused,
    LotState,
    Settings,
    record_lot_state,
)

_PLACE = "expiry"
_NUMBER = "expiry form"
_DONE = "expiry recorded"
# No lot was received before.
_EARLIEST = date(2000, 1, 1)


def choose_expiry(settings: Settings, place: Any, label: str, value: date | None, **kept: Any) -> None:
    """Show a field for an expiry date.

    Args:
        settings: The configuration.
        place: The container.
        label: The field's label.
        value: What it begins with.
        kept: The key and callback.
    """
    latest = date(settings.today().year + LATEST_EXPIRY_YEARS, 12, 31)
    place.date_input(label, value, min_value=_EARLIEST, max_value=latest, format=settings.dates.field, **kept)


def show_expiry_form(settings: Settings, names: Mapping[str, str]) -> None:
    """Show the form that sets or removes the expiry date of a lot.

    Args:
        settings: The configuration.
        names: The label of each stocked SKU.
    """
    st.caption(
        "Optional. Where dates are kept, the lot that expires first is proposed for shipping first, and none that "
        "has expired."
    )
    # After each entry, other keys make a blank form.
    form = st.session_state.setdefault(_NUMBER, 0)
    sku, lot, day = st.columns([3, 2, 2])
    sku.selectbox("Product", list(names), index=None, format_func=names.__getitem__, key=_key(form, "sku"))
    lot.text_input("Lot", placeholder="e.g. 250300", max_chars=40, key=_key(form, "lot"))
    choose_expiry(settings, day, "Expires", None, key=_key(form, "day"))
    with st.container(horizontal=True):
        for label, removes in (("Save the expiry date", False), ("Remove the lot's date", True)):
            st.button(
                label,
                type="secondary" if removes else "primary",
                key=_key(form, label),
                on_click=actions.attempt,
                args=(_PLACE, _record, settings, form, removes),
            )
    refused, done = actions.refusal(settings, _PLACE), st.session_state.get(_DONE)
    if refused:
        st.error(plain(refused))
    elif done:
        st.success(plain(done))


def _record(settings: Settings, form: int, removes: bool) -> None:
    person = actions.authorize(settings, "expiry")
    sku, lot, day = (st.session_state.get(_key(form, name)) for name in ("sku", "lot", "day"))
    if not sku:
        raise EntryRefused("Choose a product.", "sku_code")
    if day is None and not removes:
        raise EntryRefused("Enter the expiry date.", "expires")
    state = LotState(
        sku_code=sku,
        lot_number=lot or "",
        status=None,
        valid_from=settings.today(),
        reason=None,
        actor=person.name,
        expires=NO_EXPIRY if removes else day,
    )
    recorded = record_lot_state(settings, state)
    said = f"expires on {settings.dates.day(day)}" if day and not removes else "has no expiry date any more"
    st.session_state[_DONE] = f"Lot {recorded.lot_number} of {sku} {said}. The next sync adds it to the figures."
    st.session_state[_NUMBER] = form + 1


def _key(form: int, name: str) -> str:
    return f"expiry {form} {name}"
