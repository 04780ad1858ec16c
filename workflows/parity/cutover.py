"""Leaving the former system, and coming back: decided by the comparisons, noted here, and its flags turned.

Both databases cannot be written at once. The flags are read and turned in one transaction of theirs; between the
two, the note of what they were is written here. Who is killed then leaves that note, and the next run finishes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from ingest.sources.legacy.live_database import connected
from workflows.config.settings import Settings
from workflows.cycle.engine import errors_for_the_user
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
    note_event,
)
from workflows.parity.legacy_connection import Source
from workflows.parity.parity_status import ParityStanding, parity_standing
from workflows.parity.workflow_flags import Flag, standing_flags, turn_back, turn_off

Facts = dict[str, Any]


def standing_of(settings: Settings, source: Source, now: datetime) -> ParityStanding:
    """How long parity with a former system has held by now (UTC)."""
    last = last_event(settings.operations)
    back_since = last.noted_at if last and last.event == ROLLED_BACK else None
    criteria = read_criteria(settings.parity_file)
    return parity_standing(recent_runs(settings.operations), source.shown, criteria, now, back_since)


def cut_over(settings: Settings, source: Source, actor: str, *, with_flags: bool = True) -> Facts:
    """Leave the former system, when parity has held for long enough. One that was begun is finished.

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
        _same(last, source)
        return _finish(settings, source, CutoverEvent(DONE, actor, last.source, now, last.facts), BEGUN, turn_off)
    numbers = _permitted(standing_of(settings, source, now))

    def begin(flags: list[Flag]) -> Facts:
        facts = {"flags": [asdict(flag) for flag in flags], "with_flags": with_flags, "numbers": numbers}
        begun = CutoverEvent(BEGUN, actor, source.shown, now, facts)
        note_event(settings.operations, begun, last.event if last else None)
        return facts

    if not with_flags:
        facts = begin([])
    else:
        with errors_for_the_user(), connected(source.url, writable=True) as former:
            flags = standing_flags(former)
            facts = begin(flags)
            turn_off(former, flags)
    done = CutoverEvent(DONE, actor, source.shown, datetime.now(UTC), facts)
    note_event(settings.operations, done, BEGUN)
    return _facts_of("cutover", done)


def roll_back(settings: Settings, source: Source | None, actor: str) -> Facts:
    """Come back: give the former system's flags the values they had. A rollback that was begun is finished.

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
        _same(last, source)
    elif last.facts["with_flags"]:
        raise UsageError(f"Name the former system with --legacy: {last.source}.")
    if last.event != ROLLBACK_BEGUN:
        begun = CutoverEvent(ROLLBACK_BEGUN, actor, last.source, datetime.now(UTC), last.facts)
        note_event(settings.operations, begun, last.event)
    back = CutoverEvent(ROLLED_BACK, actor, last.source, datetime.now(UTC), last.facts)
    return _finish(settings, source, back, ROLLBACK_BEGUN, turn_back)


def _finish(
    settings: Settings,
    source: Source | None,
    event: CutoverEvent,
    after: str,
    turn: Callable[[sa.Connection, Iterable[Flag]], None],
) -> Facts:
    """Turn the flags that were noted, which may have been done before, and note that it is done."""
    if event.facts["with_flags"] and source is not None:
        with errors_for_the_user(), connected(source.url, writable=True) as former:
            turn(former, [Flag(**flag) for flag in event.facts["flags"]])
    note_event(settings.operations, event, after)
    return _facts_of("finished" if event.event == DONE else "rollback", event)


def _permitted(standing: ParityStanding) -> Facts:
    numbers = {name: value for name, value in vars(standing).items() if name != "reasons"}
    for name in ("held_since", "last_at"):
        numbers[name] = numbers[name] and numbers[name].isoformat()
    if numbers["last_unexplained"]:
        numbers["last_unexplained"] |= {"at": numbers["last_unexplained"]["at"].isoformat()}
    if standing.reasons:
        reasons = "; ".join(standing.reasons)
        raise CutoverRefused(
            f"No cutover: {reasons}. Nothing was changed. `parity` compares, and the page shows what differs.",
            numbers | {"reasons": list(standing.reasons)},
        )
    return numbers


def _same(last: CutoverEvent, source: Source) -> None:
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
