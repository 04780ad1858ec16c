"""How much the tests on generated data try: a sample in `make test`, all of it in `make test-long`."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

import pytest

IS_LONG = "SHIPLEDGER_LONG_TESTS" in os.environ


def sample(few: int, many: int) -> int:
    """The number of seeds or rounds to try in this run."""
    return many if IS_LONG else few


def some_of(cases: Iterable[Any], few: int) -> list[Any]:
    """Parameters of a test: the first few are in `make test`, all others are marked `long`."""
    return [case if at < few else pytest.param(case, marks=pytest.mark.long) for at, case in enumerate(cases)]
