"""Scheduled jobs that load no data: checks and their mail, the daily digest, health checks, cleaning up."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from dbos import DBOS

from workflows.carrier_bills.uploads import remove_old_uploads
from workflows.config.settings import Settings
from workflows.cycle import worker_context
from workflows.cycle.engine import Facts
from workflows.entries.drafts import delete_old_drafts
from workflows.entries.login_log import delete_old_login_events
from workflows.jobs.cleaning import clean_home
from workflows.mail import deliver_outbox, queue_mail
from workflows.monitoring.check_log import failures_for_digest, record_digest
from workflows.monitoring.check_mail import mail_critical
from workflows.monitoring.checks import Check, headline
from workflows.monitoring.health import result_of, run_health
from workflows.monitoring.system_state import check_conditions


@DBOS.workflow(name="watch")
def watch(arguments: dict[str, Any]) -> Facts:
    """Check runs, data and stock, mail the critical checks that begin to fail, and send mail that waits."""
    del arguments
    failed = DBOS.run_step({"name": "check"}, _check_conditions)
    mailed = DBOS.run_step({"name": "mail critical"}, _mail_critical, failed)
    mails = DBOS.run_step({"name": "deliver"}, _deliver)
    return {"kind": "watch", "alarms": len(failed), "mailed": mailed, "mails": mails}


@DBOS.workflow(name="digest")
def digest(arguments: dict[str, Any]) -> Facts:
    """Mail the checks that have begun to fail since the last digest and still do; no mail when there are none."""
    del arguments
    failed = DBOS.run_step({"name": "check"}, _check_conditions)
    new, last_row = DBOS.run_step({"name": "select new"}, _failures_for_digest)
    if new:
        is_queued = DBOS.run_step({"name": "queue"}, _queue_digest, new, len(failed) - len(new))
        # Without a mail server nobody gets it; the first digest after there is one has all of them.
        if is_queued:
            DBOS.run_step({"name": "record"}, _record_digest, last_row)
            DBOS.run_step({"name": "deliver"}, _deliver)
    return {"kind": "digest", "new": [check.title for check in new], "standing": len(failed)}


@DBOS.workflow(name="health")
def health(arguments: dict[str, Any]) -> Facts:
    """Run the health checks and record the results. It succeeds when they were run, also when some fail."""
    del arguments
    return DBOS.run_step({"name": "check"}, _check_health)


@DBOS.workflow(name="cleanup")
def cleanup(arguments: dict[str, Any]) -> Facts:
    """Remove old logs, scratch files, runs, drafts, unread uploads and rows of the audit log of logins."""
    del arguments
    return DBOS.run_step({"name": "clean"}, _clean)


def _check_conditions() -> list[Check]:
    with worker_context.errors_as_sentences("check"):
        return check_conditions(_settings(), worker_context.current().jobs, datetime.now(UTC))


def _mail_critical(failed: list[Check]) -> list[str]:
    return mail_critical(_settings(), failed, datetime.now(UTC))


def _deliver() -> int:
    return len(deliver_outbox(_settings(), datetime.now(UTC)))


def _failures_for_digest() -> tuple[list[Check], int]:
    return failures_for_digest(_settings().operations)


def _record_digest(last_row: int) -> None:
    record_digest(_settings().operations, last_row, datetime.now(UTC))


def _queue_digest(new: list[Check], older: int) -> bool:
    settings = _settings()
    today = datetime.now(settings.timezone).date()
    lines = [f"{check.title}\n  {check.detail}\n" for check in new]
    rest = f"\n{older} of earlier digests still fail; `status` and the page list them." if older > 0 else ""
    subject = f"Shipledger: {headline(new)}"
    body = f"New alerts since the last digest, {today}:\n\n" + "\n".join(lines) + rest
    return queue_mail(settings, f"digest:{DBOS.workflow_id}", subject, body, [])


def _check_health() -> Facts:
    with worker_context.working("check"):
        report = run_health(_settings())
    return {
        "kind": "health",
        "failed": [result_of(check) for check in report.failed],
        "checks": len(report.checks),
    }


def _clean() -> Facts:
    context = worker_context.current()
    settings, now = context.engine.settings, datetime.now(UTC)
    with worker_context.working("clean"):
        return {
            "kind": "cleanup",
            **clean_home(settings, context.jobs, now),
            "logins": delete_old_login_events(settings.operations, now),
            "drafts": delete_old_drafts(settings.operations, now),
            "uploads": remove_old_uploads(settings, now),
        }


def _settings() -> Settings:
    return worker_context.current().engine.settings
