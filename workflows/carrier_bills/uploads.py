"""Files that were uploaded on the page: kept in the home until a job has read them, for its owner alone.

A carrier's file has names and addresses, which are not loaded; so it is removed as soon as it was read.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

from workflows.config.disk_sync import sync_to_disk
from workflows.config.settings import Settings

_FOLDER = "uploads"
# A job that has not read its file after this time was cancelled.
_KEPT = timedelta(days=2)


def store_upload(settings: Settings, content: bytes) -> Path:
    """Write an uploaded file into the home, and return its path."""
    folder = settings.home / _FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    file = folder / f"{secrets.token_hex(8)}.csv"
    file.touch(mode=0o600)
    file.write_bytes(content)
    sync_to_disk(file)
    return file


def remove_upload(settings: Settings, path: Path) -> None:
    """Remove a file that was uploaded; any other is left alone."""
    if path.parent == settings.home / _FOLDER:
        path.unlink(missing_ok=True)


def remove_old_uploads(settings: Settings, now: datetime) -> int:
    """Remove the files that no job has read, and return how many.

    Args:
        settings: Names the home.
        now: The instant, UTC.
    """
    old = [
        path
        for path in (settings.home / _FOLDER).glob("*.csv")
        if now - datetime.fromtimestamp(path.stat().st_mtime, UTC) > _KEPT
    ]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)
