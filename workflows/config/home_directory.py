"""The home directory: created when missing, checked that it can be written."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path

from workflows.config.home_replacement import is_being_replaced
from workflows.config.places import OWNER_ONLY
from workflows.config.settings import Settings
from workflows.config.worker_lock import WorkerLock
from workflows.errors import Advice, AlreadyRunning, HomeUnusable

# In a demo's home, the file with the address of its ShipStation.
DEMO_MARKER = "rehearsal"
_FOLDERS = ("scratch", "logs")
_PRIVATE = (
    *("*.duckdb*", "*.sqlite*", "*.lock", "*.json", "backup.key", "home.id"),
    *(*_FOLDERS, "backups", "migrations", "reports", "frozen", "uploads", "restoring", "replaced-*"),
)


def prepare_home(settings: Settings) -> None:
    """Create the home directory and its folders, and check that they can be written.

    An interrupted restore is completed first. Files that may hold personal data become readable by their owner
    only, also where an older version left them open to others. A new home is its owner's alone; an existing one,
    and its `published/`, keep the permissions they have.

    Raises:
        HomeUnusable: They cannot be written.
        ShipledgerError: As of `finish_interrupted_restore`.
    """
    try:
        finish_interrupted_restore(settings.home)
        settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        settings.published.mkdir(exist_ok=True)
        for name in _FOLDERS:
            (settings.home / name).mkdir(mode=0o700, exist_ok=True)
        _close_to_others(settings.home)
        with tempfile.TemporaryFile(dir=settings.home) as probe:
            probe.write(b".")
    except OSError as problem:
        raise HomeUnusable(
            f"The home {settings.home} cannot be written ({problem.strerror}).",
            advice=Advice(
                "Give it to this user, or point SHIPLEDGER_HOME elsewhere.",
                "Ask an admin to give it to this user.",
            ),
        ) from problem


def finish_interrupted_restore(home: Path) -> None:
    """Complete a restore that was killed while it moved files, so that the home is wholly the restored one.

    Raises:
        AlreadyRunning: The restore is still at work.
        ShipledgerError: A file could not be moved; see `complete_replacement`.
    """
    if not is_being_replaced(home):
        return
    # Taking the lock completes it.
    lock = WorkerLock(home)
    if not lock.acquire() and is_being_replaced(home):
        raise AlreadyRunning(f"A backup is being restored to {home}. Wait until that has ended, then try again.")
    lock.release()


def _close_to_others(home: Path) -> None:
    for path in (path for pattern in _PRIVATE for path in home.glob(pattern)):
        # A sidecar file may be gone already, and another user's file is not ours to change.
        with suppress(FileNotFoundError, PermissionError):
            mode = path.stat().st_mode
            if mode & OWNER_ONLY:
                path.chmod(mode & ~OWNER_ONLY)


def is_of_demo(home: Path) -> bool:
    """Return whether a home is a demo's, which needs no account."""
    return (home / DEMO_MARKER).exists()
