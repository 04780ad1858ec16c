"""Imports that would make the first visitor wait."""

from __future__ import annotations

import importlib

# Streamlit imports these when the first element of their kind is drawn.
_LAZY = (
    "streamlit_app.navigation",
    "streamlit.elements.arrow",
    "streamlit.elements.vega_charts",
    "altair",
    "pandas",
    "pyarrow",
)


def preload() -> None:
    """Import the modules that the views need."""
    for name in _LAZY:
        importlib.import_module(name)
