"""Who is at work in a home: the lock of the worker, and whether it is held."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import IO

_LOCK_FILE = "worker.lock"


class WorkerLock:
    """The right to be the worker of a home: an operating-system lock that dies with its process."""

    def __init__(self, home: Path) -> None:
        self._path = home / _LOCK_FILE
        self._file: IO[str] | None = None

    def acquire(self) -> bool:
        """Take the lock if it is free; never waits."""
        file = self._path.open("a+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        self._file = file
        return True

    def release(self) -> None:
        """Give the lock back."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def is_held(self) -> bool:
        """Whether any process, this one included, is the worker now."""
        if self._file is not None:
            return True
        if self.acquire():
            self.release()
            return False
        return True


def worker_pid(home: Path) -> int | None:
    """The process that took the worker's lock last; None when there was none."""
    try:
        return int((home / _LOCK_FILE).read_text())
    except (FileNotFoundError, ValueError):
        return None


def worker_is_running(home: Path) -> bool:
    """Whether any process holds the worker's lock. Shared, so that who only asks never sees another who asks."""
    try:
        with (home / _LOCK_FILE).open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False
