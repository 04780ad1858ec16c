"""Tables whose rows can be selected: long lists that are read page by page, and short ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import streamlit as st

from streamlit_app.components.choices import change_address
from streamlit_app.components.panels import ROW_HEIGHT, show_extent, table_height
from streamlit_app.data.formatted import count
from streamlit_app.data.snapshot_reader import Snapshot

PAGE_ROWS = 100


@dataclass(frozen=True)
class Listing:
    """A long list.

    Attributes:
        name: Unique in its view.
        query: The query of all rows, ordered.
        parameters: The query's parameters.
        row_count: The number of all rows.
        columns: The columns to show, with their configuration.
        noun: What a row is, singular and plural.
        order: The order of the rows, as text.
        alt: Alternative text for screen readers.
        rows_shown: Height in rows.
        labelled: Returns the rows with labels in place of codes, in the same order.
        kept_as: The query parameter that keeps the selection, and the column with its value; none by default, and
            the selection is gone with the next snapshot.
        takes_several: Whether several rows can be selected.
    """

    name: str
    query: str
    parameters: Sequence[Any]
    row_count: int
    columns: Mapping[str, Any]
    noun: tuple[str, str]
    order: str
    alt: str
    rows_shown: int = 12
    labelled: Callable[[pa.Table], pa.Table] = field(default=lambda rows: rows)
    kept_as: tuple[str, str] | None = None
    takes_several: bool = False


def show_list(snapshot: Snapshot, listing: Listing) -> dict[str, Any] | None:
    """Show one page of a list, and return the (first) selected row with all the query's columns, or None."""
    query_key = (listing.query, tuple(map(str, listing.parameters)))
    pages = max(1, -(-listing.row_count // PAGE_ROWS))
    chosen_page = st.session_state.get(_page_key(listing.name), {})
    page = min(chosen_page.get(query_key, 1), pages)
    start = (page - 1) * PAGE_ROWS
    found = snapshot.table(f"{listing.query} limit {PAGE_ROWS} offset {start}", *listing.parameters)
    # Another snapshot, query or page has other rows: with its own key it starts without a selection.
    key = f"{listing.name}-{snapshot.path.name}-{hash(query_key)}-{page}"
    remember: Any = "rerun"
    if listing.kept_as:
        name, column = listing.kept_as
        remember = _in_address(name, found[column].to_pylist(), key)
    chosen: Any = st.dataframe(
        listing.labelled(found).select(list(listing.columns)),
        hide_index=True,
        column_config=listing.columns,
        height=table_height(min(found.num_rows, listing.rows_shown)),
        row_height=ROW_HEIGHT,
        placeholder="",
        on_select=remember,
        selection_mode="multi-row" if listing.takes_several else "single-row",
        key=key,
        alt=listing.alt,
    )
    if listing.row_count > PAGE_ROWS:
        _show_paging(listing, query_key, page, pages)
    else:
        show_extent(min(found.num_rows, listing.rows_shown), found.num_rows)
    rows = chosen.selection.rows
    return found.slice(rows[0], 1).to_pylist()[0] if rows else None


def _show_paging(listing: Listing, query_key: Any, page: int, pages: int) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        for label, icon, to, is_end in (
            ("Previous", ":material/chevron_left:", page - 1, page == 1),
            ("Next", ":material/chevron_right:", page + 1, page == pages),
        ):
            st.button(
                label,
                icon=icon,
                key=f"{listing.name}-{label}",
                disabled=is_end,
                on_click=_set_page,
                args=(listing.name, query_key, to),
            )
        first, last = (page - 1) * PAGE_ROWS + 1, min(page * PAGE_ROWS, listing.row_count)
        st.text(f"{first:,} to {last:,} of {count(listing.row_count, *listing.noun)}, {listing.order}")


def _page_key(name: str) -> str:
    return f"{name}_page"


def _set_page(name: str, query_key: Any, page: int) -> None:
    """Choose a page of this query; any other query starts at its first page."""
    st.session_state[_page_key(name)] = {query_key: page}


def pick_row(
    rows: pa.Table,
    columns: Mapping[str, Any],
    *,
    name: str,
    keys: Sequence[str],
    alt: str,
    rows_shown: int = 12,
    drops: Sequence[str] = (),
) -> str | None:
    """Show a short table, and return the key of the selected row, or None. The selection is in the URL.

    Args:
        rows: The rows to show.
        columns: The columns to show, with their configuration.
        name: The query parameter.
        keys: The key of each row; rows after those, such as totals, cannot be selected.
        alt: Alternative text for screen readers.
        rows_shown: Height in rows.
        drops: Query parameters that another selection removes.
    """
    key = f"{name}-{hash(tuple(keys))}"
    asked = st.query_params.get(name)
    remember = _in_address(name, keys, key, drops)
    st.dataframe(
        rows.select(list(columns)),
        hide_index=True,
        column_config=columns,
        height=table_height(min(rows.num_rows, rows_shown)),
        row_height=ROW_HEIGHT,
        placeholder="",
        on_select=remember,
        selection_mode="single-row",
        key=key,
        alt=alt,
    )
    show_extent(min(rows.num_rows, rows_shown), rows.num_rows)
    return asked if asked in keys else None


def _in_address(name: str, keys: Sequence[str], key: str, drops: Sequence[str] = ()) -> Callable[[], None]:
    """Select the rows of a table that the address names, and return the callback that writes others there."""
    asked = st.query_params.get(name, "").split(",")
    selected = [at for at, one in enumerate(keys) if one in asked]
    if _selected_rows(key) != selected:
        st.session_state[key] = {"selection": {"rows": selected}}

    def remember() -> None:
        rows = _selected_rows(key)
        chosen = [keys[row] for row in rows if row < len(keys)]
        change_address(**{name: ",".join(chosen) or None}, **dict.fromkeys(drops))

    return remember


def _selected_rows(key: str) -> list[int]:
    state = st.session_state.get(key, {"selection": {"rows": []}})
    return list(state["selection"]["rows"])
