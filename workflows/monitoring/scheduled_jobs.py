"""Scheduled jobs that load no data: the watch, the daily digest, health checks, cleaning up."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from dbos import DBOS

from workflows.config.settings import Settings
from workflows.cycle import worker_context
from workflows.cycle.engine import Facts
from workflows.jobs.cleaning import clean_home
from workflows.mail import deliver_outbox, queue_mail
from workflows.monitoring.check_log import alarms_for_digest, note_digest
from workflows.monitoring.check_mail import mail_critical
from workflows.monitoring.checks import Alarm, headline
from workflows.monitoring.conditions import look
from workflows.monitoring.health import run_health


@DBOS.workflow(name="watch")
def watch(arguments: dict[str, Any]) -> Facts:
    """Note which alarms have begun or ended, mail the critical ones that begin, and send mail that waits."""
    del arguments
    alarms = DBOS.run_step({"name": "look"}, _look)
    mailed = DBOS.run_step({"name": "mail critical"}, _mail_critical, alarms)
    mails = DBOS.run_step({"name": "deliver"}, _deliver)
    return {"kind": "watch", "alarms": len(alarms), "mailed": mailed, "mails": mails}


@DBOS.workflow(name="digest")
def digest(arguments: dict[str, Any]) -> Facts:
    """Mail the alarms that have begun since the last digest, and still stand; nothing when there are none."""
    del arguments
    standing = DBOS.run_step({"name": "look"}, _look)
    new, last_turn = DBOS.run_step({"name": "gather"}, _alarms_for_digest)
    if new:
        is_queued = DBOS.run_step({"name": "queue"}, _queue_digest, new, len(standing) - len(new))
        # Without a mail server nobody gets it; the first digest after there is one has all of them.
        if is_queued:
            DBOS.run_step({"name": "tell"}, _note_digest, last_turn)
            DBOS.run_step({"name": "deliver"}, _deliver)
    return {"kind": "digest", "new": [alarm.title for alarm in new], "standing": len(standing)}


@DBOS.workflow(name="health")
def health(arguments: dict[str, Any]) -> Facts:
    """Check what is published, and keep the result. It succeeds when the checks were made, whatever they found."""
    del arguments
    return DBOS.run_step({"name": "check"}, _check)


@DBOS.workflow(name="cleanup")
def cleanup(arguments: dict[str, Any]) -> Facts:
    """Remove what nobody needs any more."""
    del arguments
    return DBOS.run_step({"name": "clean"}, _clean)


def _look() -> list[Alarm]:
    with worker_context.errors_as_sentences("look"):
        return look(_settings(), worker_context.current().jobs, datetime.now(UTC))


def _mail_critical(alarms: list[Alarm]) -> list[str]:
    return mail_critical(_settings(), alarms, datetime.now(UTC))


def _deliver() -> int:
    return len(deliver_outbox(_settings(), datetime.now(UTC)))


def _alarms_for_digest() -> tuple[list[Alarm], int]:
    return alarms_for_digest(_settings().operations)


def _note_digest(last_turn: int) -> None:
    note_digest(_settings().operations, last_turn, datetime.now(UTC))


def _queue_digest(new: list[Alarm], older: int) -> bool:
    settings = _settings()
    today = datetime.now(settings.timezone).date()
    lines = [f"{alarm.title}\n  {alarm.detail}\n" for alarm in new]
    rest = f"\n{older} of earlier digests still stand; `status` and the page name them." if older > 0 else ""
    subject = f"Shipledger: {headline(new)}"
    body = f"What needs a person since the last digest, {today}:\n\n" + "\n".join(lines) + rest
    return queue_mail(settings, f"digest:{DBOS.workflow_id}", subject, body, [])


def _check() -> Facts:
    with worker_context.working("check"):
        report = run_health(_settings())
    return {"kind": "health", "failed": [asdict(check) for check in report.failed], "checks": len(report.checks)}


def _clean() -> Facts:
    context = worker_context.current()
    with worker_context.working("clean"):
        return {"kind": "cleanup", **clean_home(context.engine.settings, context.jobs, datetime.now(UTC))}


def _settings() -> Settings:
    return worker_context.current().engine.settings
