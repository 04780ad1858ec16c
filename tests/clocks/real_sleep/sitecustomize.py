"""Python's sleep by `select`: libfaketime answers its `clock_nanosleep` until an instant with EINVAL."""

from __future__ import annotations

import select
import time


def _sleep(seconds: float) -> None:
    select.select([], [], [], seconds)


time.sleep = _sleep
