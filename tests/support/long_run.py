"""How much the tests on generated data try: a sample in `make test`, all of it in `make test-long`."""

from __future__ import annotations

import os

IS_LONG = "SHIPLEDGER_LONG_TESTS" in os.environ


def sample(few: int, many: int) -> int:
    """The number of seeds or rounds to try in this run."""
    return many if IS_LONG else few
