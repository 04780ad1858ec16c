"""Widgets whose value is kept in the address, so that a view can be shared, bookmarked and gone back to.

The address is the state: on each run a widget takes its value from there. Streamlit's own `bind` replaces the
address, so that Back would skip what was chosen; here each choice is an entry of the browser's history.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from textwrap import shorten
from typing import Any

import streamlit as st

from streamlit_app.data.formatted import plain
from workflows.page_api import Dates

_LONGEST = 60
# Before ShipStation's first order.
_EARLIEST = date(2000, 1, 1)
_UNSET = object()


def choose_one(
    place: Any, label: str, options: Mapping[str, str], name: str, drops: Sequence[str] = (), **more: Any
) -> str:
    """Show a row of options, and return the code of the chosen one.

    Args:
        place: The container.
        label: The widget's label.
        options: The label (Markdown) of each code; the first is the default.
        name: The query parameter.
        drops: Query parameters that another choice removes.
        more: As for Streamlit's `segmented_control`.
    """
    chosen: str = place.segmented_control(
        label,
        list(options),
        format_func=options.__getitem__,
        required=True,
        **_of_options(place, label, options, name, drops),
        **more,
    )
    return chosen


def choose_from_list(
    place: Any, label: str, options: Mapping[str, str], name: str, drops: Sequence[str] = ()
) -> str:
    """Show a drop-down list of options; else like `choose_one`."""
    kept = _of_options(place, label, options, name, drops)
    chosen: str = place.selectbox(label, list(options), format_func=options.__getitem__, **kept)
    return chosen


def type_text(place: Any, label: str, example: str, name: str, drops: Sequence[str] = (), **more: Any) -> str:
    """Show a field for text, and return what was typed.

    Args:
        place: The container.
        label: The widget's label.
        example: Shown in the empty field.
        name: The query parameter.
        drops: Query parameters that another text removes.
        more: As for Streamlit's `text_input`.
    """
    kept = _kept(name, st.query_params.get(name, "")[:_LONGEST], "", drops)
    typed: str = place.text_input(label, placeholder=example, max_chars=_LONGEST, **kept, **more)
    return typed


def choose_day(
    place: Any,
    label: str,
    name: str,
    latest: date,
    dates: Dates,
    drops: Sequence[str] = (),
    warnings: Any = None,
) -> date | None:
    """Show a field for a day, and return it; None while it is empty.

    Args:
        place: The container.
        label: The widget's label.
        name: The query parameter.
        latest: The last day that can be chosen.
        dates: How days are written.
        drops: Query parameters that another day removes.
        warnings: The container for what is wrong with the address's day; `place` by default.
    """
    text = st.query_params.get(name, "")
    asked = _day(text)
    can_be_chosen = asked is not None and _EARLIEST <= asked <= latest
    if text and not can_be_chosen:
        shown = plain(shorten(text, _LONGEST, placeholder=" …"))
        (warnings or place).warning(f'"{shown}" is not a day from {dates.day(_EARLIEST)} to {dates.day(latest)}.')
    kept = _kept(name, asked if can_be_chosen else None, None, drops)
    limits = {"min_value": _EARLIEST, "max_value": latest}
    chosen: date | None = place.date_input(label, None, format=dates.field, **limits, **kept)
    return chosen


def change_address(**changed: str | None) -> None:
    """Change query parameters, None to remove one, as one entry of the browser's history."""
    after = st.query_params.to_dict() | changed
    st.query_params.from_dict({name: value for name, value in after.items() if value is not None})


def _of_options(
    place: Any, label: str, options: Mapping[str, str], name: str, drops: Sequence[str]
) -> dict[str, Any]:
    first = next(iter(options))
    asked = st.query_params.get(name, first)
    if asked not in options:
        shown = shorten(asked, _LONGEST, placeholder=" …")
        place.warning(f'There is no {label.lower()} "{plain(shown)}" here.')
    kept = _kept(name, asked if asked in options else first, first, drops)
    # Set on each run: an interrupted run may not have reached the browser.
    st.session_state[kept["key"]] = asked if asked in options else first
    return kept


def _kept(name: str, value: Any, default: Any, drops: Sequence[str]) -> dict[str, Any]:
    """Return the key and callback of a widget that has the address's value."""
    key = f"chosen_{name}"
    # Setting it to what it is already would undo what is being typed.
    if st.session_state.get(key, _UNSET) != value:
        st.session_state[key] = value

    def remember() -> None:
        chosen = st.session_state[key]
        change_address(**{name: None if chosen == default else f"{chosen}"}, **dict.fromkeys(drops))

    return {"key": key, "on_change": remember}


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
