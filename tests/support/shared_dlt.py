"""What dlt found of its settings serves all loads: looking for them is a fifth of what a load costs."""

from __future__ import annotations

from functools import cache
from typing import Any
from unittest.mock import patch


def one_look_for_each_setting() -> Any:
    """A patch of dlt. Our settings never change; `test_surroundings.py` starts a process without it."""
    from dlt.common.configuration import resolve

    return patch.object(resolve, "resolve_single_provider_value", cache(resolve.resolve_single_provider_value))
