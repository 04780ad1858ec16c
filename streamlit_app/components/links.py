"""From one view to another: every view has an address, and what it shows is in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn

import streamlit as st

_PAGES = "pages_by_path"


def know_pages(pages: Mapping[str, st.Page]) -> None:
    """Say which page each path leads to, before one is shown."""
    st.session_state[_PAGES] = dict(pages)


def go(path: str, **asked: str) -> NoReturn:
    """Show another view.

    Args:
        path: Its path, see `navigation.VIEWS`.
        asked: What it shall show, as its address says it.
    """
    st.switch_page(st.session_state[_PAGES][path], query_params=asked)


def show_link(path: str, words: str) -> None:
    """A link to another view; nothing when there is no such view."""
    page = st.session_state[_PAGES].get(path)
    if page is not None:
        st.page_link(page, label=words, icon=":material/arrow_forward:", width="content")
