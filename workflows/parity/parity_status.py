"""Whether parity has held for long enough to cut over, and the numbers that say so. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from workflows.config.formatting import counted
from workflows.parity.comparison_log import ParityRun
from workflows.parity.criteria import Criteria


@dataclass(frozen=True)
class ParityStatus:
    """How long parity has held. Instants are UTC.

    Attributes:
        hours_needed: How long it has to hold.
        hours_held: From the first comparison without an unexplained difference to the last, without a gap.
        held_since: The moment of that first one; None when it does not hold.
        comparisons: How many it was.
        orders_compared: Orders that both sides had in the newest comparison.
        last_at: When the newest comparison was; None before the first.
        last_unexplained: The newest comparison with unexplained differences: `run_id`, `at`, `count`, `by_field`.
        reasons: Why a cutover is refused; empty when it may be done.
    """

    hours_needed: float
    hours_held: float
    held_since: datetime | None
    comparisons: int
    orders_compared: int
    last_at: datetime | None
    last_unexplained: dict[str, Any] | None
    reasons: tuple[str, ...]


def parity_status(
    runs: Sequence[ParityRun], source: str, criteria: Criteria, now: datetime, since: datetime | None = None
) -> ParityStatus:
    """Return how long parity has held, and why a cutover is refused.

    Args:
        runs: All comparisons, newest first.
        source: The former system; comparisons with another one do not count.
        criteria: Those in force; comparisons under others do not count.
        now: The present, UTC.
        since: Comparisons of before do not count, as after a rollback; None when all do.
    """
    valid_runs = [run for run in _counting(runs, source, criteria) if since is None or run.until > since]
    chain = _unbroken(valid_runs, timedelta(hours=criteria.largest_gap_hours), now)
    held = (chain[0].until - chain[-1].until).total_seconds() / 3600 if chain else 0.0
    status = ParityStatus(
        hours_needed=criteria.hours,
        hours_held=round(held, 2),
        held_since=chain[-1].until if chain else None,
        comparisons=len(chain),
        orders_compared=valid_runs[0].orders_compared if valid_runs else 0,
        last_at=valid_runs[0].until if valid_runs else None,
        last_unexplained=next((_numbers_of(run) for run in valid_runs if run.unexplained), None),
        reasons=(),
    )
    others = sum(run.source == source for run in runs) - len(valid_runs)
    reasons = tuple(_reasons(status, valid_runs, criteria, held, others, now))
    return ParityStatus(**vars(status) | {"reasons": reasons})


def _counting(runs: Sequence[ParityRun], source: str, criteria: Criteria) -> Iterator[ParityRun]:
    """Return comparisons that reach back far enough, and all with unexplained differences."""
    span = timedelta(hours=criteria.hours)
    for run in runs:
        is_comparable = run.source == source and run.criteria == criteria.fingerprint
        if is_comparable and (run.unexplained or run.until - run.since >= span):
            yield run


def _unbroken(runs: Sequence[ParityRun], largest_gap: timedelta, now: datetime) -> list[ParityRun]:
    """The newest comparisons without an unexplained difference, each soon enough after the one before."""
    chain: list[ParityRun] = []
    after = now
    for run in runs:
        if run.unexplained or not timedelta() <= after - run.until <= largest_gap:
            break
        chain.append(run)
        after = run.until
    return chain


def _reasons(
    status: ParityStatus,
    valid_runs: Sequence[ParityRun],
    criteria: Criteria,
    held: float,
    others: int,
    now: datetime,
) -> Iterator[str]:
    if not valid_runs:
        made = f" ({others} under other criteria, or over a shorter time, do not count)" if others else ""
        yield f"no comparison with it counts yet{made}"
        return
    newest = valid_runs[0]
    if newest.unexplained:
        yield f"the last comparison has {_count(newest)}"
    elif (now - newest.until).total_seconds() > criteria.largest_gap_hours * 3600:
        yield f"the last one is of {_clock(newest.until)}, more than {criteria.largest_gap_hours:g} hours ago"
    if held < criteria.hours:
        since = f" since {_clock(status.held_since)}" if status.held_since else ""
        yield (
            f"it has held for {held:.1f} of {criteria.hours:g} hours{since},"
            f" in {counted(status.comparisons, 'comparison')}"
        )
        if status.last_unexplained and not newest.unexplained:
            broken = next(run for run in valid_runs if run.unexplained)
            yield f"the comparison of {_clock(broken.until)} had {_count(broken)}"
    if newest.orders_compared < criteria.least_orders:
        yield f"only {newest.orders_compared} orders were on both sides, of {criteria.least_orders} needed"


def _numbers_of(run: ParityRun) -> dict[str, Any]:
    return {
        "run_id": run.run_id,
        "at": run.until,
        "count": run.unexplained,
        "by_field": run.facts.get("by_field", {}),
    }


def _count(run: ParityRun) -> str:
    fields = ", ".join(f"{field} {count}" for field, count in sorted(run.facts.get("by_field", {}).items()))
    return f"{counted(run.unexplained, 'unexplained difference')} ({fields})"


def _clock(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M} UTC"
