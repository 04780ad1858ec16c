"""Selection widgets whose choice is kept in the URL, so that a view can be shared and bookmarked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st


def choose_one(
    place: Any, label: str, options: Mapping[str, str], name: str, on_change: Callable[[], None] | None = None
) -> str:
    """Show a row of options, and return the code of the chosen one.

    Args:
        place: The container.
        label: The widget's label.
        options: The label of each code; the first is the default.
        name: The query parameter.
        on_change: Called when another one is chosen.
    """
    chosen: str = place.segmented_control(
        label,
        list(options),
        format_func=options.__getitem__,
        required=True,
        **_kept_in_url(options, name, on_change),
    )
    return chosen


def choose_from_list(
    place: Any, label: str, options: Mapping[str, str], name: str, on_change: Callable[[], None] | None = None
) -> str:
    """Show a drop-down list of options; else like `choose_one`."""
    chosen: str = place.selectbox(
        label, list(options), format_func=options.__getitem__, **_kept_in_url(options, name, on_change)
    )
    return chosen


def _kept_in_url(options: Mapping[str, str], name: str, on_change: Callable[[], None] | None) -> dict[str, Any]:
    key = f"chosen_{name}"
    first = next(iter(options))
    if st.session_state.get(key) not in options:
        asked = st.query_params.get(name, first)
        st.session_state[key] = asked if asked in options else first

    def remember() -> None:
        chosen = st.session_state[key]
        if chosen == first:
            st.query_params.pop(name, None)
        else:
            st.query_params[name] = chosen
        if on_change is not None:
            on_change()

    return {"key": key, "on_change": remember}
