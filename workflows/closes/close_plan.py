"""The plan of a close: which periods it closes, as which version, and which steps are finished already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from workflows.config.periods import CloseKind, Period, closed_before, period_to_close
from workflows.config.reference_data import read_reference
from workflows.config.settings import Settings
from workflows.entries.close_log import Close, last_close
from workflows.jobs.client import APPLICATION_VERSION, JobClient
from workflows.reports.report_archive import last_version

PLAN = "plan"
READ, BUILD, PUBLISH = "read ShipStation", "build and test", "publish"
SHIPPED, STOCK, DAY_FILES, DAY_DONE = (
    "shipped to history",
    "inventory and alerts",
    "summary and count sheet",
    "day closed",
)
WEEK_CLOSED, WEEK_PUBLISHED, WEEK_REPORT, WEEK_FILES, WEEK_MAILED, WEEK_DONE = (
    "week closed",
    "closed week published",
    "weekly report",
    "weekly PDF and XLSX",
    "weekly e-mail",
    "week entered",
)
MONTH_FROZEN, MONTH_PUBLISHED, MONTH_REPORT, MONTH_FILES, MONTH_MAILED, MONTH_DONE = (
    "month closed and frozen",
    "frozen month published",
    "charge report",
    "invoice PDF and XLSX",
    "invoice e-mail",
    "month entered",
)
_SYNC = (READ, BUILD, PUBLISH)
_STEPS: dict[CloseKind, tuple[str, ...]] = {
    "eod": (SHIPPED, STOCK, DAY_FILES, DAY_DONE),
    "eow": (WEEK_CLOSED, WEEK_PUBLISHED, WEEK_REPORT, WEEK_FILES, WEEK_MAILED, WEEK_DONE),
    "eom": (MONTH_FROZEN, MONTH_PUBLISHED, MONTH_REPORT, MONTH_FILES, MONTH_MAILED, MONTH_DONE),
}
# The step whose snapshot a step reads.
_SNAPSHOT_OF = {
    **dict.fromkeys((SHIPPED, STOCK, DAY_FILES), PUBLISH),
    **dict.fromkeys((WEEK_REPORT, WEEK_FILES), WEEK_PUBLISHED),
    **dict.fromkeys((MONTH_REPORT, MONTH_FILES), MONTH_PUBLISHED),
}
_ATTEMPTS_LOOKED_AT = 20


@dataclass(frozen=True)
class Part:
    """A period to close, and as which version."""

    period: Period
    version: int


@dataclass(frozen=True)
class Plan:
    """What a close does.

    Attributes:
        started_at: When the job began, UTC.
        parts: What it closes, in this order: last the period that was asked for, before it those it depends on.
        taken: The results of steps that an earlier attempt finished, by name.
        resumed_from: That attempt's run.
        done: The close that exists already; then there is nothing to do.
        incomplete: Close although something is not loaded.
    """

    started_at: datetime
    parts: Sequence[Part]
    taken: Mapping[str, Any] = field(default_factory=dict)
    resumed_from: str | None = None
    done: Close | None = None
    incomplete: bool = False

    @property
    def steps(self) -> list[str]:
        """The names of all steps, in order. Every close reads ShipStation first, so its figures are current."""
        return [*_SYNC, *(step for part in self.parts for step in _STEPS[part.period.kind])]


def make_plan(
    settings: Settings,
    jobs: JobClient,
    kind: CloseKind,
    day: date | None,
    *,
    force: bool,
    incomplete: bool,
    started_at: datetime,
) -> Plan:
    """Return the plan of a close.

    Args:
        settings: Whose home, and whose calendar.
        jobs: For earlier attempts.
        kind: eod, eow or eom.
        day: A day of the period; None for what is due.
        force: Run all steps again as a new version.
        incomplete: Close although something is not loaded.
        started_at: When the job began, UTC.

    Raises:
        CloseRefused: The period cannot be closed yet, or none is due.
    """
    period = period_to_close(kind, day, settings.today())
    last = last_close(settings.operations, period)
    attempt = None if force else _failed_attempt(jobs, period, last)
    if last is not None and attempt is None and not force:
        return Plan(started_at, [Part(period, last.version)], done=last)
    parts = [_next_version(settings, part) for part in (*_missing_below(settings, period), period)]
    if attempt is None:
        return Plan(started_at, parts, incomplete=incomplete)
    run_id, earlier, finished = attempt
    resumed = Plan(started_at, _as_before(parts, earlier.parts), finished, run_id, incomplete=incomplete)
    is_of_today = earlier.started_at.astimezone(settings.timezone).date() == settings.today()
    taken = _still_good(settings.published, resumed.steps, finished, reads_again=not is_of_today)
    return replace(resumed, taken=taken)


def _missing_below(settings: Settings, period: Period) -> list[Period]:
    """Return the periods that this one depends on and that are not closed, from the opening day on, days first."""
    missing: set[Period] = set()
    opening_day = read_reference(settings.reference).opening_day
    for below in closed_before(period):
        if below.last > opening_day and last_close(settings.operations, below) is None:
            missing |= {below, *_missing_below(settings, below)}
    return sorted(missing, key=lambda one: (one.kind, one.first))


def _next_version(settings: Settings, period: Period) -> Part:
    """Return a period with its next version; an attempt that was given up may have left reports in the archive."""
    last = last_close(settings.operations, period)
    made = last_version(settings, period.kind, period.first)
    return Part(period, max(last.version if last else 0, made) + 1)


def _as_before(parts: Sequence[Part], earlier: Sequence[Part]) -> list[Part]:
    """Return the parts with the versions of the attempt that is continued."""
    versions = {part.period: part for part in earlier}
    return [versions.get(part.period, part) for part in parts]


def _failed_attempt(
    jobs: JobClient, period: Period, last: Close | None
) -> tuple[str, Plan, dict[str, Any]] | None:
    """Return the newest attempt that did not close the period: its run, its plan, the results of its steps."""
    ended = jobs.jobs(
        kinds=(period.kind,),
        status=["ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"],
        version=APPLICATION_VERSION,
        limit=_ATTEMPTS_LOOKED_AT,
    )
    for job in ended:
        if last is not None and job.created_at is not None and job.created_at <= last.closed_at:
            return None
        finished = jobs.finished_steps(job.run_id)
        plan = finished.pop(PLAN, None)
        if isinstance(plan, Plan) and plan.done is None and plan.parts[-1].period == period:
            return job.run_id, plan, {**plan.taken, **finished}
    return None


def _still_good(
    published: Path, steps: Sequence[str], finished: Mapping[str, Any], *, reads_again: bool
) -> dict[str, Any]:
    """Return the results of finished steps that need not run again.

    When a step that is still to run needs a snapshot that is no longer kept, the snapshot is made again, and with
    it all that was read from it. The steps of the sync are valid together, and only on the day they ran: what has
    shipped since must not be missing from a bill.
    """
    gone = {
        _SNAPSHOT_OF[step]
        for step in steps
        if step in _SNAPSHOT_OF
        and step not in finished
        and not _is_kept(published, finished.get(_SNAPSHOT_OF[step]))
    }
    if reads_again or PUBLISH in gone or PUBLISH not in finished:
        gone.update(_SYNC)
    return {
        step: result
        for step, result in finished.items()
        if step not in gone and _SNAPSHOT_OF.get(step) not in gone
    }


def _is_kept(published: Path, snapshot: str | None) -> bool:
    return snapshot is not None and (published / snapshot).is_file()
