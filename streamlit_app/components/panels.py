"""What every view uses: panels, tables, charts, and messages when there is nothing to show."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import altair as alt
import pyarrow as pa
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from streamlit_app.components import columns
from streamlit_app.components.buttons import start_button
from streamlit_app.data.formatted import age
from streamlit_app.data.snapshot_reader import Snapshot
from streamlit_app.data.stock_query import LEVEL_WORDS
from workflows.page_api import Settings, worker_is_running

ROW_HEIGHT = 34


def responsive_columns(name: str, widths: Sequence[float]) -> list[DeltaGenerator]:
    """Return columns, which `style.css` puts one below the other on a tablet in portrait.

    Args:
        name: Unique in its view.
        widths: Relative widths.
    """
    with st.container(key=f"columns-{name}"):
        return list(st.columns(widths, gap="small"))


def page_title(title: str, **more: Any) -> None:
    """Show the page's only heading of the first level; `more` as for Streamlit's `title`."""
    st.title(title, anchor=False, **more)


@contextmanager
def panel(title: str, settings: Settings, snapshot: Snapshot, **more: Any) -> Iterator[None]:
    """Show a frame with a title (Markdown) and the age of the snapshot; `more` as for Streamlit's `header`."""
    with st.container(border=True):
        now = datetime.now(UTC)
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.header(title, anchor=False, width="content", **more)
            st.caption(
                f"{settings.dates.clock(snapshot.as_of, now)} · {age(snapshot.as_of, now)}", width="content"
            )
        yield


def figure_row() -> DeltaGenerator:
    """Return a row for figures of their own width (`st.metric`); on a phone it goes on in the next line."""
    return st.container(horizontal=True, horizontal_alignment="distribute")


def table(
    data: pa.Table,
    columns: Mapping[str, Any],
    *,
    rows_shown: int | None = None,
    alt: str,
) -> None:
    """Show a table. Cells are never read as Markdown.

    Args:
        data: The rows to show.
        columns: The columns to show, with their configuration.
        rows_shown: Height in rows; all by default.
        alt: Alternative text for screen readers.
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
    show_extent(shown, data.num_rows)


def show_extent(shown: int, rows: int) -> None:
    """Say how many rows of a table are in view, unless all are."""
    if shown < rows:
        st.caption(f"{shown:,} of {rows:,} in view; scroll for the rest.")


def chart(drawn: alt.Chart | alt.LayerChart, alt_text: str) -> None:
    """Show a chart in its own colours."""
    st.altair_chart(drawn, theme=None, alt=alt_text)


def with_labels(data: pa.Table, column: str, labels: Mapping[str, str]) -> pa.Table:
    """Return the rows with labels in place of a column's codes; a code without a label stays."""
    texts = [labels.get(code, code) for code in data[column].to_pylist()]
    return data.set_column(data.column_names.index(column), column, pa.array(texts, pa.string()))


def with_texts(data: pa.Table, column: str, write: Callable[[Any], str]) -> pa.Table:
    """Return the rows with a column's values as they are written; nulls stay."""
    texts = [None if value is None else write(value) for value in data[column].to_pylist()]
    return data.set_column(data.column_names.index(column), column, pa.array(texts, pa.string()))


def with_totals(data: pa.Table, label: str, summed: Sequence[str]) -> pa.Table:
    """Return the rows and a last one with the sums of some columns, and `Total` in the column `label`."""
    # Dollars are binary fractions, whose sum has further decimals, which a browser's copy of the table shows.
    totals = {
        name: round(sum(value for value in data[name].to_pylist() if value is not None), 6) for name in summed
    }
    return pa.concat_tables([data, pa.Table.from_pylist([{label: "Total", **totals}], schema=data.schema)])


def stock_table(stock: pa.Table) -> None:
    """Show the stock of the products, see `stock_query.STOCK`."""
    table(
        with_labels(stock, "alert_level", LEVEL_WORDS),
        {
            "alert_level": columns.text("Level"),
            "sku_code": columns.text("SKU", pinned=True),
            "product_name": columns.text("Product"),
            "quantity_on_hand": columns.number("On hand"),
            "quantity_allocated": columns.number("Allocated", help="Ordered, not yet shipped"),
            "quantity_available": columns.number("Available", help="On hand less allocated"),
            "average_weekly_units": columns.number(
                "Per week", format="%.1f", help="Average of the last 52 complete weeks, or of all weeks if fewer"
            ),
            "days_of_supply": columns.number("Days left", help="Days of supply at the weekly average"),
            "reorder_point": columns.number("Reorder at"),
        },
        alt="Stock by SKU",
    )


def result_badge(passed: str, failed: object) -> None:
    """Show the result of a check as a badge: what failed, or `passed` where that is empty or 0."""
    if failed:
        st.badge(str(failed), icon=":material/error:", color="red")
    else:
        st.badge(passed, icon=":material/check_circle:", color="green")


def table_height(rows: int) -> int:
    """Return the height in pixels of a table with so many rows, header and frame included."""
    return ROW_HEIGHT * (max(rows, 1) + 1) + 2


def show_nothing_published() -> None:
    """Say how the first snapshot comes to be published."""
    with _frame("Nothing has been published yet"):
        st.write("The page shows the last build that passed, and there is none. It appears here by itself.")
        st.caption(
            'An admin loads the first orders: see "Connect an account" in the README, or "Try it" for a local '
            "sandbox."
        )


def show_unreadable_snapshot(settings: Settings, reason: str) -> None:
    """Say that a snapshot cannot be shown, and offer a sync."""
    with _frame("This snapshot cannot be shown"):
        st.write("It is damaged, or was made by another release. A sync publishes a new one:")
        start_button(settings, "sync", "Sync now")
        st.text(reason)


def show_missing_worker(settings: Settings) -> None:
    """Say that no worker is running, unless one is."""
    if not worker_is_running(settings.home):
        st.warning("No worker is running. Jobs that you start here wait for one: ask an admin to start it.")


@contextmanager
def _frame(title: str) -> Iterator[None]:
    page_title(title)
    with st.container(border=True):
        yield
