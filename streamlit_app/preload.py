"""What the first visitor would have to wait for, done before the page answers."""

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


def warm_up() -> None:
    """Import what the views need."""
    for name in _LAZY:
        importlib.import_module(name)
