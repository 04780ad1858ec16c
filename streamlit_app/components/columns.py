"""The columns of tables, by what they hold."""

from __future__ import annotations

from typing import Any

import streamlit as st

from workflows.page_api import Dates

text = st.column_config.TextColumn
checkbox = st.column_config.CheckboxColumn


def day(dates: Dates, label: str, **more: Any) -> Any:
    """Return a column of calendar days; `more` as for Streamlit's `DateColumn`."""
    return st.column_config.DateColumn(label, format=dates.column, **more)


def number(label: str | None = None, **more: Any) -> Any:
    """Return a column of numbers with thousands separators; `more` as for Streamlit's `NumberColumn`."""
    return st.column_config.NumberColumn(label, **{"format": "localized"} | more)


def dollars(label: str | None = None, **more: Any) -> Any:
    """Return a column of amounts in dollars; `more` as for Streamlit's `NumberColumn`."""
    return st.column_config.NumberColumn(label, **{"format": "dollar"} | more)


def link(label: str | None = None, **more: Any) -> Any:
    """Return a column of links, shown as icons; `more` as for Streamlit's `LinkColumn`."""
    return st.column_config.LinkColumn(label, **{"display_text": ":material/open_in_new:"} | more)
