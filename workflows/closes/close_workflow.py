"""The closes of day, week and month as durable workflows: one sync, then the steps of each period to close.

A killed close is resumed by the next worker at its last step. A close that failed or was cancelled is continued by
the next close of its period, which takes over the finished steps; see `close_plan`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from dbos import DBOS

from workflows.closes import close_plan as steps
from workflows.closes.close_facts import Figures, month_figures, moved_skus, shipped_figures, stock_figures
from workflows.closes.close_plan import Part, Plan, make_plan
from workflows.closes.close_summary import MAIL_OFF, format_mail_states, mail_key, mail_of, next_step, summary_of
from workflows.closes.freezing import close_week, freeze_month
from workflows.closes.readiness import check_clock, check_loaded, loaded_of
from workflows.closes.since_close import read_changes
from workflows.closes.step_runner import StepRunner
from workflows.config.periods import CloseKind, Period
from workflows.config.settings import Settings
from workflows.config.snapshots import current_snapshot
from workflows.cycle import worker_context
from workflows.cycle.engine import Engine, Facts, Report
from workflows.cycle.run_log import log_end, log_start
from workflows.entries.close_log import Close, record_close
from workflows.mail import deliver_outbox, queue_mail, read_outbox
from workflows.monitoring.system_state import check_conditions
from workflows.reports.coverage import not_loaded
from workflows.reports.report_archive import make_reports


@dataclass(frozen=True)
class _Job:
    """The job that closes: its kind, when it began (UTC), and what its sync read."""

    kind: CloseKind
    started_at: datetime
    loaded: Facts


@DBOS.workflow(name="eod")
def eod(arguments: dict[str, Any]) -> Facts:
    """Close a day, after a sync.

    Args:
        arguments: `date` (ISO, a day of the period; what is due when missing), `force` and `incomplete`.
    """
    return _close("eod", arguments)


@DBOS.workflow(name="eow")
def eow(arguments: dict[str, Any]) -> Facts:
    """Close a week, and the day first when that is missing; arguments as for `eod`."""
    return _close("eow", arguments)


@DBOS.workflow(name="eom")
def eom(arguments: dict[str, Any]) -> Facts:
    """Close a month, and the week first when that is missing; arguments as for `eod`."""
    return _close("eom", arguments)


def _close(kind: CloseKind, arguments: dict[str, Any]) -> Facts:
    plan: Plan = DBOS.run_step({"name": steps.PLAN}, _plan, kind, arguments)
    if plan.done is not None:
        return DBOS.run_step({"name": "already closed"}, _already_done, plan.parts[-1].period, plan.done)
    runner = StepRunner(plan.steps, plan.taken)
    job = _Job(kind, plan.started_at, runner.run(steps.READ, _read, kind))
    built = runner.run(steps.BUILD, _build, job)
    snapshot = runner.run(steps.PUBLISH, _publish_whole, job, built["built_at"], plan)
    closed = [_CLOSERS[part.period.kind](runner, job, part, snapshot) for part in plan.parts]
    asked_for = closed[-1]
    seconds = (asked_for["closed_at"] - plan.started_at).total_seconds()
    log_end(_settings(), kind, _run_id(), job.loaded, seconds)
    return {
        **job.loaded,
        "run_id": DBOS.workflow_id,
        **asked_for,
        "already_done": False,
        "resumed_from": plan.resumed_from,
        "published": asked_for["snapshot"],
        "closed_before": closed[:-1],
        "started_at": plan.started_at,
        "seconds": seconds,
    }


def _close_day(runner: StepRunner, _job: _Job, part: Part, snapshot: str) -> Facts:
    figures = {
        "shipped": runner.run(steps.SHIPPED, _count_shipped, part.period, snapshot),
        "stock": runner.run(steps.STOCK, _count_stock, snapshot),
    }
    files = runner.run(steps.DAY_FILES, _make_files, part, snapshot)
    return _entered(runner, steps.DAY_DONE, part, snapshot, figures, files)


def _close_week(runner: StepRunner, job: _Job, part: Part, _snapshot: str) -> Facts:
    runner.run(steps.WEEK_CLOSED, _note_week, part)
    snapshot = runner.run(steps.WEEK_PUBLISHED, _publish_closed, job)
    figures = runner.run(steps.WEEK_REPORT, _figure_week, part.period, snapshot)
    files = runner.run(steps.WEEK_FILES, _make_files, part, snapshot)
    mail = runner.run(steps.WEEK_MAILED, _send, part, snapshot, figures, files)
    return _entered(runner, steps.WEEK_DONE, part, snapshot, figures, files, mail)


def _close_month(runner: StepRunner, job: _Job, part: Part, _snapshot: str) -> Facts:
    runner.run(steps.MONTH_FROZEN, _freeze, part)
    snapshot = runner.run(steps.MONTH_PUBLISHED, _publish_closed, job)
    figures = runner.run(steps.MONTH_REPORT, _figure_month, part.period, snapshot)
    files = runner.run(steps.MONTH_FILES, _make_files, part, snapshot)
    mail = runner.run(steps.MONTH_MAILED, _send, part, snapshot, figures, files)
    return _entered(runner, steps.MONTH_DONE, part, snapshot, figures, files, mail)


_CLOSERS = {"eod": _close_day, "eow": _close_week, "eom": _close_month}


def _entered(
    runner: StepRunner, step: str, part: Part, snapshot: str, figures: Figures, files: list[str], mail: str = ""
) -> Facts:
    """Record the close, and return its part of the job's result."""
    facts = {"summary": summary_of(figures), "figures": figures, "reports": files, "mail": mail}
    closed_at = runner.run(step, _enter, part, snapshot, facts)
    return {**_facts_of(part.period, part.version, snapshot, facts), "closed_at": closed_at}


def _plan(kind: CloseKind, arguments: dict[str, Any]) -> Plan:
    given = arguments.get("date")
    return make_plan(
        _settings(),
        worker_context.current().jobs,
        kind,
        date.fromisoformat(given) if given else None,
        force=bool(arguments.get("force")),
        incomplete=bool(arguments.get("incomplete")),
        started_at=datetime.now(UTC),
    )


def _read(kind: CloseKind, report: Report) -> Facts:
    log_start(_settings(), kind, _run_id())
    began = datetime.now(UTC)
    loaded = _engine().load_changes(report)
    check_clock(kind, began, loaded["read_at"], _settings().timezone)
    return loaded


def _build(job: _Job, report: Report) -> Facts:
    return _engine().build(
        worker_context.this_run(job.kind, job.started_at, job.loaded), worker_context.runs_since, report
    )


def _publish_whole(job: _Job, built_at: datetime, plan: Plan, report: Report) -> str:
    """Publish what was read, and check that nothing is missing before anything is closed.

    This was checked before the job was queued, and may have changed since: a lost watermark leaves a gap.
    """
    snapshot = _publish(job, built_at, report)
    loaded = loaded_of(_settings(), _settings().published / snapshot)
    for part in reversed(plan.parts):
        check_loaded(part.period, loaded, datetime.now(UTC), incomplete=plan.incomplete)
    return snapshot


def _publish(job: _Job, built_at: datetime, _report: Report) -> str:
    run = worker_context.this_run(job.kind, job.started_at, job.loaded)
    return _engine().publish(run, built_at).snapshot


def _publish_closed(job: _Job, report: Report) -> str:
    """Build and publish what was just closed; the report names this snapshot."""
    _engine().load_operations()
    built = _build(job, report)
    return _publish(job, built["built_at"], report)


def _count_shipped(period: Period, snapshot: str, _report: Report) -> Figures:
    moved = moved_skus(_settings(), snapshot, period)
    return {**shipped_figures(_settings(), snapshot, period), "skus": moved}


def _count_stock(snapshot: str, _report: Report) -> Figures:
    failed = check_conditions(_settings(), worker_context.current().jobs, datetime.now(UTC))
    return {**stock_figures(_settings(), snapshot), "alarms": [check.title for check in failed]}


def _figure_week(period: Period, snapshot: str, _report: Report) -> Figures:
    return {
        "shipped": shipped_figures(_settings(), snapshot, period),
        "stock": stock_figures(_settings(), snapshot),
    }


def _figure_month(period: Period, snapshot: str, _report: Report) -> Figures:
    return {
        "shipped": shipped_figures(_settings(), snapshot, period),
        "bill": month_figures(_settings(), snapshot, period.first),
    }


def _note_week(part: Part, _report: Report) -> int:
    return close_week(_settings(), part.period.first, _actor(), _run_id(), again=part.version > 1).version


def _freeze(part: Part, _report: Report) -> str:
    settings = _settings()
    lack = not_loaded(part.period, loaded_of(settings, current_snapshot(settings)), datetime.now(UTC))
    frozen = freeze_month(
        settings, part.period.first, _actor(), _run_id(), again=part.version > 1, not_loaded=lack
    )
    return frozen.content_hash


def _make_files(part: Part, snapshot: str, _report: Report) -> list[str]:
    """Make the report's files, and return their paths within the home."""
    source = _settings().published / snapshot
    made = make_reports(_settings(), part.period.kind, part.period.first, source, part.version)
    return [str(path.relative_to(_settings().home)) for path in made]


def _send(part: Part, snapshot: str, figures: Figures, files: list[str], _report: Report) -> str:
    """Queue the report's mail, once for each version, try to deliver it, and return its state as text."""
    settings = _settings()
    key = mail_key(part.period.kind, part.period.name, part.version)
    subject, body = mail_of(part, snapshot, figures, settings.dates)
    if not queue_mail(settings, key, subject, body, [settings.home / file for file in files]):
        return MAIL_OFF
    deliver_outbox(settings, datetime.now(UTC))
    return format_mail_states([delivery.state for delivery in read_outbox(settings, key)])


def _enter(part: Part, snapshot: str, facts: Facts, _report: Report) -> datetime:
    close = Close(
        kind=part.period.kind,
        period=part.period.name,
        version=part.version,
        run_id=_run_id(),
        actor=_actor(),
        closed_at=datetime.now(UTC),
        snapshot=snapshot,
        facts=facts,
    )
    record_close(_settings().operations, close)
    return close.closed_at


def _already_done(period: Period, done: Close) -> Facts:
    """Return the close that exists, and what has changed since, which no report of the period has."""
    settings = _settings()
    current = current_snapshot(settings)
    with worker_context.working("already closed"):
        changed = read_changes(settings, done, period, current.name) if current else ""
    return {
        **_facts_of(period, done.version, done.snapshot, done.facts),
        "run_id": DBOS.workflow_id,
        "already_done": True,
        "closed_by": done.actor,
        "closed_at": done.closed_at,
        "since_then": f"{changed}. {next_step(period)}" if changed else next_step(period),
        "closed_before": [],
        "published": done.snapshot,
    }


def _facts_of(period: Period, version: int, snapshot: str, facts: Facts) -> Facts:
    """Return the result of a close: its facts, and where the files are."""
    return {
        **facts,
        "kind": period.kind,
        "period": period.name,
        "title": period.title,
        "version": version,
        "snapshot": snapshot,
        "reports": [str(_settings().home / file) for file in facts["reports"]],
    }


def _engine() -> Engine:
    return worker_context.current().engine


def _settings() -> Settings:
    return _engine().settings


def _run_id() -> str:
    return str(DBOS.workflow_id)


def _actor() -> str:
    return DBOS.authenticated_user or "unknown"
