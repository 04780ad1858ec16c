"""Links between views. What a view shows is in its URL."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

_PAGES = "pages_by_path"
# The link may be drawn after the script runs.
_CLICK = """
<script>
    (function click() {
        const place = document.querySelector(".st-key-order-link");
        const link = place?.querySelector("a");
        if (link) link.click();
        else if (place) requestAnimationFrame(click);
    })();
</script>
"""
# Below this width Streamlit's menu covers the view. It closes it after a choice in a phone's browser only.
_CLOSE_MENU = """
<script>
    // {path}
    if (innerWidth < 768) document.querySelector('[data-testid="stSidebarCollapseButton"] button')?.click();
</script>
"""


def register_pages(pages: Mapping[str, st.Page]) -> None:
    """Store the page of each path for the functions below."""
    st.session_state[_PAGES] = dict(pages)


def close_menu(path: str) -> None:
    """Close the menu of a narrow window, once each time that another view is shown."""
    # A browser runs a script again only if its text is another one.
    st.html(_CLOSE_MENU.format(path=path), unsafe_allow_javascript=True)


def open_order(shipstation_order_id: int) -> None:
    """Open the details of an order in the view Orders.

    The link is clicked for the reader: `st.switch_page` with query parameters makes two entries of the browser's
    history, the first of which is no view at all.
    """
    with st.container(key="order-link", height=1, border=False):
        show_order_link(shipstation_order_id, "Open the order")
        st.html(_CLICK, unsafe_allow_javascript=True)


def order_url(shipstation_order_id: int) -> str:
    """Return the address of an order's details on this page's server, for a column of links."""
    return f"/orders?id={shipstation_order_id}"


def show_order_link(shipstation_order_id: int, label: str) -> None:
    """Show a link to the details of an order; `label` is Markdown."""
    st.page_link(
        st.session_state[_PAGES]["orders"],
        label=label,
        icon=":material/arrow_forward:",
        query_params={"id": str(shipstation_order_id)},
    )


def show_link(path: str, label: str, icon: str | None = ":material/arrow_forward:", **parameters: str) -> None:
    """Show a link to another view, with the query parameters of what it is to show; `label` is Markdown."""
    page = st.session_state[_PAGES].get(path)
    if page is not None:
        st.page_link(page, label=label, icon=icon, width="content", query_params=parameters)
