"""Whether a worker is at work in a home, for who must not be one."""

from __future__ import annotations

import fcntl
from pathlib import Path

LOCK_FILE = "worker.lock"


def worker_is_running(home: Path) -> bool:
    """Whether any process holds the worker's lock. Shared, so that who only asks never sees another who asks."""
    try:
        with (home / LOCK_FILE).open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False
