"""Whether a period can be closed: checked before a job is queued, and again after its sync.

A refusal names the next possible date, or the command to run first.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, cast
from zoneinfo import ZoneInfo

import duckdb

from workflows.config.job_kinds import CLOSES
from workflows.config.periods import CloseKind, Period, period_of, period_to_close
from workflows.config.reference_data import read_reference
from workflows.config.settings import Settings
from workflows.config.snapshots import current_snapshot, open_snapshot
from workflows.config.wall_clock import clock
from workflows.entries.close_log import last_close
from workflows.errors import Advice, CloseRefused, load_advice, load_command, sync_advice
from workflows.reports.coverage import Gap, Loaded, read_loaded

if TYPE_CHECKING:
    from workflows.jobs.client import JobClient

# More is no drift: somebody set the clock, or its battery is empty.
_CLOCK_TOLERANCE = timedelta(hours=1)
_AGAIN = ", then close again"


def ready_to_close(
    settings: Settings, kind: CloseKind, day: date | None, *, force: bool = False, incomplete: bool = False
) -> Period:
    """Return the period that a close means, if it can be closed.

    Args:
        settings: Whose home, and whose calendar.
        kind: eod, eow or eom.
        day: A day of the period; None for what is due.
        force: Whether to close again what is closed; without it, a close only returns the one there is.
        incomplete: Whether it may be closed although something of it is not loaded.

    Raises:
        CloseRefused: It cannot be closed now.
    """
    period = period_to_close(kind, day, settings.today())
    if force or last_close(settings.operations, period) is None:
        loaded = loaded_of(settings, current_snapshot(settings))
        check_loaded(period, loaded, datetime.now(UTC), incomplete=incomplete, syncs_first=True)
    return period


def check_clock(kind: CloseKind, ours: datetime, theirs: datetime, zone: ZoneInfo) -> None:
    """Refuse a close when this machine's clock is wrong: it might close a day that has not come, or an old one.

    Args:
        kind: eod, eow or eom.
        ours: An instant by this machine's clock.
        theirs: About the same instant by ShipStation's clock.
        zone: The business's time zone, for the message.

    Raises:
        CloseRefused: They differ by more than an hour.
    """
    if abs(ours - theirs) > _CLOCK_TOLERANCE:
        raise CloseRefused(
            f"Nothing was closed: this machine's clock says {clock(ours, zone)}, ShipStation's "
            f"{clock(theirs, zone)}. Set the machine's clock, then close again.",
            {"reason": "clock", "kind": kind},
        )


def retry_job(settings: Settings, jobs: JobClient, run_id: str, actor: str) -> str:
    """Put a failed or cancelled job into the queue again; a close only if it can be done.

    Returns:
        The new job's run id.

    Raises:
        CloseRefused: It is a close that cannot be done now.
        UsageError, AlreadyRunning: See `JobClient.retry`.
    """
    job = jobs.job(run_id)
    if job is not None and job.kind in CLOSES:
        if "incomplete" not in job.arguments:
            raise CloseRefused(
                "This close was begun by an earlier release, in which its date may have meant another period.",
                {"reason": "earlier_release", "kind": job.kind},
                advice=Advice(
                    f"Close the period itself: `{job.kind} --date` with one of its days.",
                    "Close the period itself, under Another day.",
                ),
            )
        given = job.arguments.get("date")
        day = date.fromisoformat(given) if given else None
        ready_to_close(settings, cast(CloseKind, job.kind), day, incomplete=bool(job.arguments.get("incomplete")))
    return jobs.retry(run_id, actor)


def loaded_of(settings: Settings, snapshot: Path | None) -> Loaded:
    """Read what is loaded from a snapshot; nothing before the first one.

    Raises:
        CloseRefused: The snapshot is of an earlier release, which does not say, or cannot be read.
    """
    if snapshot is None:
        return Loaded(settings.timezone, read_reference(settings.reference).opening_day)
    try:
        with open_snapshot(snapshot) as connection:
            loaded = read_loaded(connection)
    except duckdb.Error:
        loaded = None
    if loaded is None:
        raise CloseRefused(
            "The published snapshot does not say what is loaded: it is damaged, or of an earlier release.",
            {"reason": "old_snapshot", "command": "sync"},
            advice=sync_advice(_AGAIN),
        )
    return loaded


def check_loaded(
    period: Period, loaded: Loaded, now: datetime, *, incomplete: bool = False, syncs_first: bool = False
) -> None:
    """Check that all of a period is loaded, and that there is something to close.

    Args:
        period: The period, which is over far enough to be closed.
        loaded: What is loaded.
        now: The present instant, UTC.
        incomplete: Whether it may be closed although something of it is not loaded.
        syncs_first: Whether a sync comes before the close.

    Raises:
        CloseRefused: It is not, or there is nothing.
    """
    if period.last <= loaded.opening_day or (period.first <= loaded.opening_day and not incomplete):
        raise _before_the_opening(period, loaded)
    gap = None if incomplete else loaded.gap_of(period, now, syncs_first=syncs_first)
    if gap is not None:
        raise _incomplete(period, gap)
    if period.kind == "eom":
        _check_bill(period, loaded)


def _check_bill(period: Period, loaded: Loaded) -> None:
    """Check that all that earlier months were billed with is loaded, and that there is something to bill."""
    first = loaded.charged_from
    if loaded.missing_since is not None:
        since = loaded.missing_since.replace(day=1)
        sentence = "Shipments that were billed in a closed month are not loaded."
        advice = load_advice(since, None, _AGAIN)
        raise _refused(period, "missing_history", sentence, advice, load_command(since, None))
    if first is None or first > period.last:
        command = period_of("eom", first).command if first else "sync"
        why = f"the first day with charges is {first}" if first else "nothing was shipped yet"
        advice = (
            Advice(f"The first month with any: `{command}`.", f"The first month with any is that of {first}.")
            if first
            else Advice("`sync` brings what is new.", "The next sync loads what is new.")
        )
        sentence = f"{period.title} has no charges, so nothing to close: {why}."
        raise _refused(period, "no_charges", sentence, advice, command)


def _incomplete(period: Period, gap: Gap) -> CloseRefused:
    why = (
        " Storage is charged by the stock, which depends on every shipment since the opening balances."
        if period.kind == "eom"
        else ""
    )
    load = gap.advice(_AGAIN)
    return _refused(
        period,
        "incomplete",
        f"{period.title} is not complete: ShipStation's changes of {gap.days} are not loaded.{why}",
        Advice(f"{load.command_line} `--incomplete` closes it without them; then every page says so.", load.page),
        gap.command,
    )


def _before_the_opening(period: Period, loaded: Loaded) -> CloseRefused:
    first = period_of(period.kind, loaded.opening_day + timedelta(days=1))
    if first.first <= loaded.opening_day:
        first = period_of(period.kind, first.last + timedelta(days=1))
    straddles = period.last > loaded.opening_day
    what = "begins before the ledger does" if straddles else "lies before the ledger's first day"
    return _refused(
        period,
        "before_opening",
        f"{period.title} {what}: the opening balances are of the end of {loaded.opening_day}.",
        Advice(
            f"The first that can be closed: `{first.command}`."
            + (" `--incomplete` closes it anyway; then every page says so." if straddles else ""),
            f"The first that can be closed is that of {first.opens}.",
        ),
        first.command,
    )


def _refused(period: Period, reason: str, sentence: str, advice: Advice, command: str) -> CloseRefused:
    facts = {"reason": reason, "kind": period.kind, "period": period.name, "command": command}
    return CloseRefused(sentence, facts, advice=advice)
