"""What every view is built of: panels that say how old they are, tables of data, and states without data."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

import altair as alt
import pyarrow as pa
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from streamlit_app.components.buttons import start_button
from streamlit_app.data.formatted import age, clock, plain
from streamlit_app.data.snapshot_reader import Snapshot
from streamlit_app.data.stock_query import LEVEL_WORDS
from workflows.page_api import Settings

ROW_HEIGHT = 34


def beside(name: str, widths: Sequence[float]) -> list[DeltaGenerator]:
    """Places beside each other, which `style.css` puts one below the other on an upright tablet.

    Args:
        name: Unique in its view.
        widths: Of each, relative to the others.
    """
    with st.container(key=f"beside-{name}"):
        return list(st.columns(widths, gap="small"))


@contextmanager
def panel(title: str, settings: Settings, snapshot: Snapshot) -> Iterator[None]:
    """A framed part of a view, with its title (ours) and the age of what it shows."""
    with st.container(border=True):
        now = datetime.now(UTC)
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.subheader(title, anchor=False, width="content")
            st.caption(
                f"{clock(snapshot.as_of, settings.timezone, now)} · {age(snapshot.as_of, now)}", width="content"
            )
        yield


def table(
    data: pa.Table,
    columns: Mapping[str, Any],
    *,
    rows_shown: int | None = None,
    alt: str,
) -> None:
    """A table of data; cells are never interpreted.

    Args:
        data: What to show.
        columns: The columns to show, in this order, each with its configuration.
        rows_shown: Height in rows; the rest scrolls. All by default.
        alt: What the table is, for who hears the page.
    """
    shown = min(data.num_rows, rows_shown) if rows_shown else data.num_rows
    st.dataframe(
        data.select(list(columns)),
        hide_index=True,
        column_config=columns,
        height=table_height(shown),
        row_height=ROW_HEIGHT,
        placeholder="",
        alt=alt,
    )


def chart(drawn: alt.Chart | alt.LayerChart, alt_text: str) -> None:
    """A chart in its own colours, as wide as its place."""
    st.altair_chart(drawn, theme=None, alt=alt_text)


def with_words(data: pa.Table, column: str, words: Mapping[str, str]) -> pa.Table:
    """The same rows, with the codes of a column in words; a code without words stays."""
    said = [words.get(code, code) for code in data[column].to_pylist()]
    return data.set_column(data.column_names.index(column), column, pa.array(said, pa.string()))


def stock_table(stock: pa.Table) -> None:
    """The products' stock, see `stock_query.STOCK`."""
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    table(
        with_words(stock, "alert_level", LEVEL_WORDS),
        {
            "alert_level": text("Level"),
            "sku_code": text("SKU"),
            "product_name": text("Product"),
            "quantity_on_hand": number("On hand", format="localized"),
            "quantity_allocated": number("Allocated", format="localized", help="What open orders want"),
            "quantity_available": number("Available", format="localized", help="On hand less allocated"),
            "average_weekly_units": number(
                "A week", format="%.1f", help="Average of the last 52 complete weeks, or of the weeks on record"
            ),
            "days_of_supply": number("Days", format="localized", help="Days of supply"),
            "reorder_point": number("Reorder at", format="localized"),
        },
        alt="Stock by SKU",
    )


def days_between(
    first: DeltaGenerator, last: DeltaGenerator, key: str, today: date, on_change: Callable[[], None] | None = None
) -> tuple[date | None, date | None]:
    """Two fields for a span of days; None leaves that side open.

    Args:
        first: Where the field of the first day goes.
        last: Where the field of the last day goes.
        key: Keeps what was typed, and names it in the address.
        today: The business's day; nothing lies after it.
        on_change: Called when one of them was changed.
    """

    def ask(place: DeltaGenerator, label: str, name: str) -> date | None:
        asked: date | None = place.date_input(
            label,
            None,
            format="YYYY-MM-DD",
            max_value=today,
            key=f"{key}_{name}",
            bind="query-params",
            on_change=on_change or "rerun",
        )
        return asked

    return ask(first, "From", "from"), ask(last, "To", "to")


def table_height(rows: int) -> int:
    """Pixels a table of so many rows needs, header and frame included, so that none is cut in two."""
    return ROW_HEIGHT * (max(rows, 1) + 1) + 2


def nothing_published(settings: Settings) -> None:
    """The empty state: what to do before there is anything to show."""
    with st.container(border=True):
        st.subheader("Nothing has been published yet", anchor=False)
        st.write("The page shows the last green build. For the first one, run one of these in the project's root:")
        st.code("make demo", language=None)
        st.caption("tries everything on a local sandbox, without any ShipStation account.")
        st.code(".venv/bin/python orchestrate.py backfill --since 2025-09-20", language=None)
        st.caption("brings in the orders of your ShipStation account, from a day on.")
        st.write("This page shows the figures by itself as soon as they are there.")
        st.caption(plain(f"Looked in {settings.published}"))


def unreadable(settings: Settings, reason: str) -> None:
    """The state of a snapshot that cannot be shown."""
    with st.container(border=True):
        st.subheader("This snapshot cannot be shown", anchor=False)
        st.write("It is damaged, or was made by another release. The next sync publishes a new one:")
        start_button(settings, "sync", "Sync now")
        st.caption("The same on the command line:")
        st.code(".venv/bin/python orchestrate.py sync", language=None)
        st.text(reason)
