"""The worker that a command becomes when its home has none."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from workflows.config.home_directory import prepare_home
from workflows.config.settings import Settings
from workflows.config.worker_lock import WorkerLock

if TYPE_CHECKING:
    from workflows.jobs.client import JobClient

_this_process: dict[Path, tuple[WorkerLock, ExitStack, JobClient]] = {}


def become_worker(settings: Settings) -> JobClient | None:
    """Make this process the worker of a home until it ends; None when another process is.

    The lock goes with the process, after all its threads: given back earlier, a job that this worker has just
    begun for somebody else would run on beside the one that resumes it.
    """
    known = _this_process.get(settings.home)
    if known is not None:
        return known[2]
    prepare_home(settings)
    lock = WorkerLock(settings.home)
    if not lock.acquire():
        return None
    # Half a second, which a command that only follows a job does without.
    from workflows.cli.worker import run_worker

    stack = ExitStack()
    jobs = stack.enter_context(run_worker(settings))
    _this_process[settings.home] = (lock, stack, jobs)
    return jobs


def end_worker() -> None:
    """Stop working, before this process ends; what is under way is resumed by its follower or the next worker."""
    for _lock, stack, _jobs in _this_process.values():
        stack.close()
