"""Long lists: page by page, each page one question with a limit, and a row that can be chosen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import streamlit as st

from streamlit_app.components.panels import ROW_HEIGHT, table_height
from streamlit_app.data.formatted import count
from streamlit_app.data.snapshot_reader import Snapshot

PAGE_ROWS = 100


@dataclass(frozen=True)
class Listing:
    """A list to show.

    Attributes:
        name: Unique on its view; keeps the page that was turned to.
        query: The rows, all of them, in their order.
        parameters: Of the query.
        row_count: How many rows there are.
        columns: The columns to show, in this order, each with its configuration.
        noun: What one row is; and what many are, where an `s` does not do.
        order: How the rows are ordered, in words.
        alt: What it is, for who hears the page.
        rows_shown: Height in rows.
        written: Turns what the query gives into what is shown; the rows stay in their places.
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
    written: Callable[[pa.Table], pa.Table] = field(default=lambda rows: rows)


def show_list(snapshot: Snapshot, listing: Listing) -> dict[str, Any] | None:
    """Draw one page of a list.

    Returns:
        The row that was just chosen, with all the query's columns; None when none was.
    """
    asked = (listing.query, tuple(map(str, listing.parameters)))
    pages = max(1, -(-listing.row_count // PAGE_ROWS))
    turned = st.session_state.get(_turned(listing.name), {})
    page = min(turned.get(asked, 1), pages)
    start = (page - 1) * PAGE_ROWS
    found = snapshot.table(f"{listing.query} limit {PAGE_ROWS} offset {start}", *listing.parameters)
    # Another snapshot, question or page has other rows in the same places; by its own key no choice moves along.
    key = f"{listing.name}-{snapshot.path.name}-{hash(asked)}-{page}"
    chosen: Any = st.dataframe(
        listing.written(found).select(list(listing.columns)),
        hide_index=True,
        column_config=listing.columns,
        height=table_height(min(found.num_rows, listing.rows_shown)),
        row_height=ROW_HEIGHT,
        placeholder="",
        on_select="rerun",
        selection_mode="single-row",
        key=key,
        alt=listing.alt,
    )
    if listing.row_count > PAGE_ROWS:
        _show_turning(listing, asked, page, pages)
    rows = chosen.selection.rows
    return found.slice(rows[0], 1).to_pylist()[0] if rows else None


def _show_turning(listing: Listing, asked: Any, page: int, pages: int) -> None:
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
                on_click=_turn,
                args=(listing.name, asked, to),
            )
        first, last = (page - 1) * PAGE_ROWS + 1, min(page * PAGE_ROWS, listing.row_count)
        st.text(f"{first:,} to {last:,} of {count(listing.row_count, *listing.noun)}, {listing.order}")


def _turned(name: str) -> str:
    return f"{name}_turned_to"


def _turn(name: str, asked: Any, page: int) -> None:
    """Turn to a page of this question; any other one begins at its first."""
    st.session_state[_turned(name)] = {asked: page}


def pick_row(
    rows: pa.Table, columns: Mapping[str, Any], *, name: str, keys: Sequence[str], alt: str, rows_shown: int = 12
) -> str | None:
    """A short table whose lines open what is behind them; the chosen one is in the page's address.

    Args:
        rows: What to show.
        columns: The columns to show, in this order, each with its configuration.
        name: The choice's name in the address.
        keys: What each row is called there.
        alt: What the table is, for who hears the page.
        rows_shown: Height in rows.

    Returns:
        The chosen row's key, None while none is.
    """
    key = f"{name}-{hash(tuple(keys))}"
    asked = st.query_params.get(name)

    def remember() -> None:
        chosen = st.session_state[key].selection.rows
        if chosen:
            st.query_params[name] = keys[chosen[0]]
        else:
            st.query_params.pop(name, None)

    st.dataframe(
        rows.select(list(columns)),
        hide_index=True,
        column_config=columns,
        height=table_height(min(rows.num_rows, rows_shown)),
        row_height=ROW_HEIGHT,
        placeholder="",
        on_select=remember,
        selection_mode="single-row",
        selection_default={"selection": {"rows": [keys.index(asked)] if asked in keys else []}},
        key=key,
        alt=alt,
    )
    return asked if asked in keys else None
