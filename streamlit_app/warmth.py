"""What the first visitor would have to wait for, done before the page answers."""

from __future__ import annotations

import importlib
import logging

from workflows.settings import Settings

# Streamlit imports these when the first element of their kind is drawn.
_LAZY = (
    "streamlit_app.navigation",
    "streamlit.elements.arrow",
    "streamlit.elements.vega_charts",
    "altair",
    "pandas",
    "pyarrow",
)


def warm_up(settings: Settings) -> None:
    """Import what the views need."""
    del settings
    # It is told that caches are filled before there is a server; that is what this is for.
    logging.getLogger("streamlit.runtime.caching").setLevel(logging.ERROR)
    for name in _LAZY:
        importlib.import_module(name)
