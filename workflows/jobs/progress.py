"""The progress of a job on a terminal, as one line that is overwritten."""

from __future__ import annotations

import sys
from typing import TextIO

from workflows.jobs.client import Job

_WIDTH = 72


class TerminalProgress:
    """Shows a job's step on standard error while it is a terminal. Use as a context manager."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._shown = ""

    def __enter__(self) -> TerminalProgress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown:
            self._stream.write("\r" + " " * _WIDTH + "\r")
            self._stream.flush()

    def show(self, job: Job) -> None:
        """Overwrite the line with the job's progress."""
        if not self._stream.isatty():
            return
        line = describe(job)[:_WIDTH]
        if line != self._shown:
            self._stream.write("\r" + line.ljust(_WIDTH))
            self._stream.flush()
            self._shown = line


def describe(job: Job) -> str:
    """Return a job's progress in a line: `sync: orders 1500 of 4000`, `eod: build and test, 14 %`."""
    step, done, total = (job.progress.get(name) for name in ("step", "done", "total"))
    if job.status == "queued" or not step:
        return f"{job.kind}: {job.status}"
    if job.progress.get("finished") is not None:
        return f"{job.kind}: {step}, {percent(job)} %"
    return f"{job.kind}: {step} {done} of {total}" if total else f"{job.kind}: {step} {done}"


def percent(job: Job) -> int | None:
    """Return how much of a running job is done, 0 to 99; None when that is not known.

    The steps of a close count alike; of the current one, the part that is reported.
    """
    done, total = job.progress.get("done") or 0, job.progress.get("total") or 0
    if not total:
        return None
    _what, within_done, within_total = job.progress.get("within") or ("", 0, 0)
    part = min(1.0, within_done / within_total) if within_total else 0.0
    return min(99, int(100 * (done + part) / total))
