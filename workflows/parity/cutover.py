"""The cutover from the former system, and its rollback: decided by the comparisons, recorded here.

Two databases cannot be written in one transaction. The former system's flags are read and turned off in one
transaction there; between the two, their values are recorded here. A process that is killed then leaves that
record, and the next run finishes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, replace
from datetime import UTC, datetime

import sqlalchemy as sa

from ingest.sources.legacy.live_database import connected
from workflows.config.settings import Settings
from workflows.cycle.engine import Facts
from workflows.cycle.ingest_errors import ingest_errors_for_the_user
from workflows.errors import CutoverRefused, UsageError
from workflows.parity.comparison_log import recent_runs
from workflows.parity.criteria import read_criteria
from workflows.parity.cutover_log import (
    BEGUN,
    DONE,
    ROLLBACK_BEGUN,
    ROLLED_BACK,
    CutoverEvent,
    last_event,
    record_event,
)
from workflows.parity.legacy_connection import Source
from workflows.parity.parity_status import ParityStatus, parity_status
from workflows.parity.workflow_flags import Flag, active_flags, turn_back, turn_off


def read_parity_status(settings: Settings, source: Source, now: datetime) -> ParityStatus:
    """Return how long parity with a former system has held by now (UTC)."""
    last = last_event(settings.operations)
    back_since = last.noted_at if last and last.event == ROLLED_BACK else None
    criteria = read_criteria(settings.parity_file)
    return parity_status(recent_runs(settings.operations), source.shown, criteria, now, back_since)


def cut_over(settings: Settings, source: Source, actor: str, *, with_flags: bool = True) -> Facts:
    """Cut over from the former system, when parity has held for long enough. One that was begun is finished.

    Args:
        settings: The configuration.
        source: The former system.
        actor: Who decides.
        with_flags: Whether to turn its workflows' flags off.

    Returns:
        `action` (`cutover`, `finished` or `unchanged`), the `moment`, who, the `flags` and the `numbers`.

    Raises:
        CutoverRefused: Parity has not held for long enough.
        UsageError: A cutover from another system, or a rollback, is not finished.
        OutOfReach: Its database does not answer; nothing was done.
    """
    last = last_event(settings.operations)
    if last is not None and last.event == ROLLBACK_BEGUN:
        raise UsageError("A rollback was begun and not finished. Run `cutover --rollback` again first.")
    if last is not None and last.event == DONE:
        return _facts_of("unchanged", last)
    now = datetime.now(UTC)
    if last is not None and last.event == BEGUN:
        _check_same(last, source)
        return _finish(settings, source, CutoverEvent(DONE, actor, last.source, now, last.facts), BEGUN, turn_off)
    numbers = _permitted(read_parity_status(settings, source, now))
    begun = CutoverEvent(BEGUN, actor, source.shown, now, {"with_flags": with_flags, "numbers": numbers})
    facts = _begin(settings, source, begun, last.event if last else None)
    done = CutoverEvent(DONE, actor, source.shown, datetime.now(UTC), facts)
    record_event(settings.operations, done, BEGUN)
    return _facts_of("cutover", done)


def _begin(settings: Settings, source: Source, begun: CutoverEvent, after: str | None) -> Facts:
    """Record that a cutover begins, with the former system's flags as they are, and turn these off."""
    if not begun.facts["with_flags"]:
        facts = {"flags": [], **begun.facts}
        record_event(settings.operations, replace(begun, facts=facts), after)
        return facts
    with ingest_errors_for_the_user(), connected(source.url, writable=True) as former:
        flags = active_flags(former)
        facts = {"flags": [asdict(flag) for flag in flags], **begun.facts}
        record_event(settings.operations, replace(begun, facts=facts), after)
        turn_off(former, flags)
    return facts


def roll_back(settings: Settings, source: Source | None, actor: str) -> Facts:
    """Roll back: give the former system's flags the values they had. A rollback that was begun is finished.

    Args:
        settings: The configuration.
        source: The former system; None when its flags were not turned.
        actor: Who decides.

    Raises:
        UsageError: There is no cutover, or it was from another system.
        OutOfReach: Its database does not answer; run it again.
    """
    last = last_event(settings.operations)
    if last is None or last.event == ROLLED_BACK:
        raise UsageError("There is no cutover to roll back.")
    if source is not None:
        _check_same(last, source)
    elif last.facts["with_flags"]:
        raise UsageError(f"Name the former system with --legacy: {last.source}.")
    if last.event != ROLLBACK_BEGUN:
        begun = CutoverEvent(ROLLBACK_BEGUN, actor, last.source, datetime.now(UTC), last.facts)
        record_event(settings.operations, begun, last.event)
    back = CutoverEvent(ROLLED_BACK, actor, last.source, datetime.now(UTC), last.facts)
    return _finish(settings, source, back, ROLLBACK_BEGUN, turn_back)


def _finish(
    settings: Settings,
    source: Source | None,
    event: CutoverEvent,
    after: str,
    turn: Callable[[sa.Connection, Iterable[Flag]], None],
) -> Facts:
    """Turn the flags that were recorded, which may have been done before, and record the end."""
    if event.facts["with_flags"] and source is not None:
        with ingest_errors_for_the_user(), connected(source.url, writable=True) as former:
            turn(former, [Flag(**flag) for flag in event.facts["flags"]])
    record_event(settings.operations, event, after)
    return _facts_of("finished" if event.event == DONE else "rollback", event)


def _permitted(status: ParityStatus) -> Facts:
    numbers = {name: value for name, value in vars(status).items() if name != "reasons"}
    for name in ("held_since", "last_at"):
        numbers[name] = numbers[name] and numbers[name].isoformat()
    if numbers["last_unexplained"]:
        numbers["last_unexplained"] |= {"at": numbers["last_unexplained"]["at"].isoformat()}
    if status.reasons:
        reasons = "; ".join(status.reasons)
        raise CutoverRefused(
            f"No cutover: {reasons}. Nothing was changed. `parity` compares, and the page shows what differs.",
            numbers | {"reasons": list(status.reasons)},
        )
    return numbers


def _check_same(last: CutoverEvent, source: Source) -> None:
    if last.source != source.shown:
        raise UsageError(f"The cutover under way is from {last.source}. Name that one.")


def _facts_of(action: str, event: CutoverEvent) -> Facts:
    return {
        "action": action,
        "moment": event.noted_at,
        "actor": event.actor,
        "source": event.source,
        **event.facts,
    }
