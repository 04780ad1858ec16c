"""A thousand examples for each claim, the same in each run; what was found stays as an `@example`."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("thousand", max_examples=1000, derandomize=True, database=None, deadline=None)
settings.load_profile("thousand")
