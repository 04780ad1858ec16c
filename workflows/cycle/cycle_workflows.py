"""The workflows sync, backfill and reconcile, and the steps that other workflows share with them.

DBOS stores the result of each finished step: a killed job goes on at its first unfinished step. Every step may
safely run again.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from dbos import DBOS

from workflows.cycle.engine import Facts, Publication
from workflows.cycle.run_log import log_end, log_start
from workflows.cycle.worker_context import current, job_reporter, runs_since, this_run, working

_SUMMED = (
    "orders_fetched",
    "orders_changed",
    "orders_new",
    "orders_manual",
    "orders_updated",
    "shipments_fetched",
    "shipments_changed",
    "labels_new",
    "fulfillments_fetched",
    "fulfillments_changed",
    "api_requests",
    "api_seconds",
    "load_seconds",
)


@DBOS.workflow(name="sync")
def sync(arguments: dict[str, Any]) -> Facts:
    """Load what changed in ShipStation since the watermark, build and publish.

    Args:
        arguments: `accept_loss`, whether to publish although rows of the current snapshot are missing.
    """
    started_at = begin("sync")
    loaded = load_changes()
    return build_and_publish("sync", started_at, loaded, accept_loss=bool(arguments.get("accept_loss")))


@DBOS.workflow(name="backfill")
def backfill(arguments: dict[str, Any]) -> Facts:
    """Load a span of modification dates in windows, then build and publish.

    Args:
        arguments: `since` and `until` (or None), UTC instants in ISO format, and `accept_loss` as for `sync`.
    """
    started_at = begin("backfill")
    loaded: Facts = {}
    while not loaded.get("finished"):
        loaded = _add(loaded, _load_window(arguments["since"], arguments["until"]))
    return build_and_publish("backfill", started_at, loaded, accept_loss=bool(arguments.get("accept_loss")))


@DBOS.workflow(name="reconcile")
def reconcile(arguments: dict[str, Any]) -> Facts:
    """Compare a span of dates with ShipStation field by field, and repair when asked.

    It syncs first, so that a change since the last sync is not reported as a difference.

    Args:
        arguments: `since` and `until`, UTC instants in ISO format, and `repair`.
    """
    started_at = begin("reconcile")
    loaded = load_changes()
    compared = _compare(arguments["since"], arguments["until"], arguments["repair"], loaded["read_at"])
    summed = {name: loaded[name] + compared[name] for name in ("api_requests", "api_seconds")}
    return build_and_publish("reconcile", started_at, {**loaded, **compared, **summed})


def build_and_publish(kind: str, started_at: datetime, loaded: Facts, *, accept_loss: bool = False) -> Facts:
    """Run the last two steps of a job that loads; return its facts, with what was built and published."""
    built = build(kind, started_at, loaded)
    published, finished_at = publish(kind, started_at, loaded, built["built_at"], accept_loss)
    seconds = (finished_at - started_at).total_seconds()
    if "watermark_after" in loaded:
        log_end(current().engine.settings, kind, str(DBOS.workflow_id), loaded, seconds)
    return {
        "run_id": DBOS.workflow_id,
        "kind": kind,
        **loaded,
        **built,
        "published": published.snapshot,
        "accepted_loss": published.accepted_loss,
        "started_at": started_at,
        "seconds": seconds,
    }


@DBOS.step(name="begin")
def begin(reads_as: str | None = None) -> datetime:
    """Return the instant (UTC) the job began. Its first step, so that a resumed job keeps it.

    Args:
        reads_as: The kind of a job that reads ShipStation, whose watermark is logged.
    """
    if reads_as is not None:
        log_start(current().engine.settings, reads_as, str(DBOS.workflow_id))
    return datetime.now(UTC)


@DBOS.step(name="load")
def load_changes() -> Facts:
    """Load what changed in ShipStation since the watermark."""
    with working("load"):
        return current().engine.load_changes(job_reporter())


@DBOS.step(name="load window")
def _load_window(since: str, until: str | None) -> Facts:
    end = datetime.fromisoformat(until) if until else None
    with working("load"):
        return current().engine.load_window(datetime.fromisoformat(since), end, job_reporter())


@DBOS.step(name="compare")
def _compare(since: str, until: str, repair: bool, read_at: datetime) -> Facts:
    start, end = datetime.fromisoformat(since), datetime.fromisoformat(until)
    with working("compare"):
        return current().engine.reconcile(start, end, repair, read_at, job_reporter())


@DBOS.step(name="build")
def build(kind: str, started_at: datetime, loaded: Facts) -> Facts:
    """Build and test the models if anything changed. Nothing is published."""
    run = this_run(kind, started_at, loaded)
    with working("build"):
        return current().engine.build(run, runs_since, job_reporter())


@DBOS.step(name="publish")
def publish(
    kind: str, started_at: datetime, loaded: Facts, built_at: datetime, accept_loss: bool = False
) -> tuple[Publication, datetime]:
    """Publish what was built; return the snapshot, and the instant (UTC) it became current."""
    run = this_run(kind, started_at, loaded)
    with working("publish"):
        published = current().engine.publish(run, built_at, accept_loss=accept_loss)
    return published, datetime.now(UTC)


def _add(before: Facts, after: Facts) -> Facts:
    """Add up the facts of two windows. The first watermark before and the last one after stay."""
    if not before:
        return after
    summed = {name: before[name] + after[name] for name in _SUMMED}
    return {**after, **summed, "watermark_before": before["watermark_before"]}
