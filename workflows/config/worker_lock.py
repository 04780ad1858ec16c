"""The worker lock of a home, and whether it is held."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import IO

from workflows.config.home_replacement import complete_replacement

LOCK_FILE = "worker.lock"


class WorkerLock:
    """The lock that the worker of a home holds: an operating-system lock, released when its process ends."""

    def __init__(self, home: Path) -> None:
        self._path = home / LOCK_FILE
        self._file: IO[str] | None = None

    def acquire(self) -> bool:
        """Take the lock if it is free; never wait. An interrupted restore of the home is completed first.

        Raises:
            ShipledgerError: It could not be completed; see `complete_replacement`. The lock is free again.
        """
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
        try:
            complete_replacement(self._path.parent)
        except BaseException:
            self.release()
            raise
        return True

    def release(self) -> None:
        """Release the lock."""
        if self._file is not None:
            self._file.close()
            self._file = None


def worker_pid(home: Path) -> int | None:
    """Return the process that last took the lock, None when there was none."""
    try:
        return int((home / LOCK_FILE).read_text())
    except (FileNotFoundError, ValueError):
        return None


def worker_is_running(home: Path) -> bool:
    """Return whether any process holds the lock. With a shared lock, two that ask do not block each other."""
    try:
        with (home / LOCK_FILE).open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False
