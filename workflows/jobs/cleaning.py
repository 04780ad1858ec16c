"""Removal of old logs, scratch files and runs."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

from workflows.config.settings import Settings
from workflows.config.thresholds import KEPT_LOGS, KEPT_RUNS, KEPT_SCRATCH_FILES
from workflows.jobs.client import JobClient

# dbt's cache, which saves the next process a parse.
_NEVER_REMOVED = ("dbt",)


def clean_home(settings: Settings, jobs: JobClient, now: datetime) -> dict[str, int]:
    """Remove old files and runs of a home. Call it while no other job works on the warehouse.

    Args:
        settings: Names the home.
        jobs: Has the runs.
        now: The present instant, UTC.

    Returns:
        How many `logs`, `scratch` entries and `runs` were removed.
    """
    return {
        "logs": _remove_old(settings.home / "logs", now - KEPT_LOGS),
        "scratch": _remove_old(settings.home / "scratch", now - KEPT_SCRATCH_FILES),
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
