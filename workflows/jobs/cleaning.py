"""Removing what nobody needs any more: old logs, old scratch files, old runs."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from pathlib import Path

from workflows.config.settings import Settings
from workflows.jobs.client import JobClient

# A failed close is taken up again within this time; what a run did is in `sync_runs` for good.
KEPT_RUNS = timedelta(days=60)
_KEPT_LOGS = timedelta(days=30)
_KEPT_SCRATCH = timedelta(days=7)
# dbt's own cache, which saves the next process a parse.
_NEVER_REMOVED = ("dbt",)


def clean_home(settings: Settings, jobs: JobClient, now: datetime) -> dict[str, int]:
    """Remove what is old, while no other job works on the warehouse.

    Args:
        settings: Whose home.
        jobs: The runs.
        now: The present instant, UTC.

    Returns:
        How many `logs`, `scratch` entries and `runs` were removed.
    """
    return {
        "logs": _remove_old(settings.home / "logs", now - _KEPT_LOGS),
        "scratch": _remove_old(settings.home / "scratch", now - _KEPT_SCRATCH),
        "runs": jobs.forget(now - KEPT_RUNS),
    }


def _remove_old(folder: Path, before: datetime) -> int:
    old = [
        path
        for path in folder.iterdir()
        if path.name not in _NEVER_REMOVED and path.lstat().st_mtime < before.timestamp()
    ]
    for path in old:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    return len(old)
