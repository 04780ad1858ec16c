"""Links between views. What a view shows is in its URL."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn

import streamlit as st

_PAGES = "pages_by_path"


def register_pages(pages: Mapping[str, st.Page]) -> None:
    """Store the page of each path for the functions below."""
    st.session_state[_PAGES] = dict(pages)


def open_order(shipstation_order_id: int) -> NoReturn:
    """Open the details of an order in the view Orders."""
    st.switch_page(st.session_state[_PAGES]["orders"], query_params={"id": str(shipstation_order_id)})


def show_link(path: str, label: str) -> None:
    """Show a link to another view."""
    page = st.session_state[_PAGES].get(path)
    if page is not None:
        st.page_link(page, label=label, icon=":material/arrow_forward:", width="content")
