"""Choices whose codes, not their words, are in the page's address, so that it can be shared and kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st


def choose_in_row(
    place: Any, label: str, words: Mapping[str, str], name: str, on_change: Callable[[], None] | None = None
) -> str:
    """One of a few, all in sight.

    Args:
        place: Where it is drawn.
        label: What is chosen.
        words: Each code with its words; the first is chosen when the address names none.
        name: Its name in the address.
        on_change: Called when another one was chosen.

    Returns:
        The chosen code.
    """
    chosen: str = place.segmented_control(
        label, list(words), format_func=words.__getitem__, required=True, **_kept(words, name, on_change)
    )
    return chosen


def choose_from_list(
    place: Any, label: str, words: Mapping[str, str], name: str, on_change: Callable[[], None] | None = None
) -> str:
    """One of many, in a list that opens; else as `choose_in_row`."""
    chosen: str = place.selectbox(
        label, list(words), format_func=words.__getitem__, **_kept(words, name, on_change)
    )
    return chosen


def _kept(words: Mapping[str, str], name: str, on_change: Callable[[], None] | None) -> dict[str, Any]:
    key = f"chosen_{name}"
    first = next(iter(words))
    if st.session_state.get(key) not in words:
        asked = st.query_params.get(name, first)
        st.session_state[key] = asked if asked in words else first

    def remember() -> None:
        chosen = st.session_state[key]
        if chosen == first:
            st.query_params.pop(name, None)
        else:
            st.query_params[name] = chosen
        if on_change is not None:
            on_change()

    return {"key": key, "on_change": remember}
