"""The colors of charts, light or dark as the page is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from workflows.page_api import DARK, LIGHT


@dataclass(frozen=True)
class ChartTheme:
    """The colors of one theme.

    Attributes:
        series: Of lines and bars.
        levels: Of the alert levels critical, low and normal.
        ink: Of text that is read first.
        quiet: Of axes.
        grid: Of lines in the background.
    """

    series: Sequence[str]
    levels: dict[str, str]
    ink: str
    quiet: str
    grid: str


_LIGHT = ChartTheme(
    LIGHT, {"critical": "#b3261e", "low": "#c77700", "normal": LIGHT[0]}, "#1c2733", "#5b6876", "#e9edf1"
)
_DARK = ChartTheme(
    DARK, {"critical": "#f0837a", "low": "#e8a33d", "normal": DARK[0]}, "#e4e9ee", "#a7b3be", "#2b3641"
)


def chart_theme() -> ChartTheme:
    """Return the colors of the theme that the reader's browser shows."""
    return _DARK if st.context.theme.type == "dark" else _LIGHT
