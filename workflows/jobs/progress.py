"""The progress of a job on standard error: one line that is overwritten on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TextIO

from workflows.config.log_lines import message_line
from workflows.jobs.client import Job

_WIDTH = 79
_BAR = 16
# Earlier, a rate is a guess.
_RATE_AFTER_SECONDS = 2.0
# Elsewhere than on a terminal. Cron mails every line, so a job of every few minutes should end before the first.
_PLAIN_LINE_EVERY_SECONDS = 30.0


class CommandProgress:
    """Shows a job's step on standard error. Use as a context manager."""

    def __init__(self, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream or sys.stderr
        self._clock = clock
        self._shown = ""
        self._plain_line_at = clock()
        self._step = ""
        self._began, self._first = 0.0, 0.0

    def __enter__(self) -> CommandProgress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown:
            self._stream.write("\r" + " " * _WIDTH + "\r")
            self._stream.flush()

    def show(self, job: Job) -> None:
        """Overwrite the line with the job's progress, or write a plain one when it is time."""
        bar, pace = self._pace(job)
        if self._stream.isatty():
            self._overwrite(f"{describe(job)}{bar}{pace}"[:_WIDTH])
        elif self._clock() - self._plain_line_at >= _PLAIN_LINE_EVERY_SECONDS:
            self._stream.write(f"{message_line(f'{describe(job)}{pace}')}\n")
            self._stream.flush()
            self._plain_line_at = self._clock()

    def _overwrite(self, line: str) -> None:
        if line != self._shown:
            self._stream.write("\r" + line.ljust(_WIDTH))
            self._stream.flush()
            self._shown = line

    def _pace(self, job: Job) -> tuple[str, str]:
        """Return a bar; and the rows a second since the step began, and how long the rest takes at that rate."""
        done, total, is_rows = _measure(job)
        if not total:
            return "", ""
        step = f"{job.run_id} {job.progress.get('step') if is_rows else ''}"
        if step != self._step:
            self._step, self._began, self._first = step, self._clock(), done
        bar = f" [{'#' * int(_BAR * done / total):<{_BAR}}]"
        seconds, made = self._clock() - self._began, done - self._first
        if made <= 0 or seconds < _RATE_AFTER_SECONDS:
            return bar, ""
        left = round((total - done) * seconds / made)
        rate = f" {made / seconds:,.0f}/s," if is_rows else ""
        return bar, f"{rate} {left // 60}:{left % 60:02} left"


def _measure(job: Job) -> tuple[float, float, bool]:
    """Return how much of a job's step is done, of how much, and whether that counts rows; of a close, per cent."""
    if job.status == "queued":
        return 0, 0, False
    if job.progress.get("finished") is not None:
        return percent(job) or 0, 100, False
    total = job.progress.get("total") or 0
    return min(job.progress.get("done") or 0, total), total, True


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
