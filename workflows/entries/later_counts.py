"""Entries dated before a count that was made without them: whether the count included them, and its corrections.

A count sets the stock at the end of its day, of a lot or of a whole product. An entry dated on or before that day
and entered later would change that stock, and only a person knows whether the units were on the shelf when it was
counted. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from workflows.entries.entry_log import Entry
from workflows.errors import Advice, EntryRefused

FIELD = "seen_by_count"
_NAMES = {"receive": "receipt", "adjust_up": "adjustment", "adjust_down": "adjustment"}


@dataclass(frozen=True)
class CountAnswer:
    """The answer to whether counts included an entry.

    Attributes:
        seen: Whether any count did.
        first_day: The day of the first count that did; None for the earliest count.
        asked: Ids of the counts that the question was about; None for all counts there are.
    """

    seen: bool
    first_day: date | None = None
    asked: frozenset[str] | None = None


class CountUnanswered(EntryRefused):
    """The entry is dated before a count, and it is not known whether the count included it; nothing was recorded.

    Attributes:
        counts: The counts, in the order of their days.
    """

    def __init__(self, message: str, counts: tuple[Entry, ...], *, advice: Advice | None = None) -> None:
        super().__init__(message, FIELD, advice=advice)
        self.counts = counts


def apply_answer(
    rows: Sequence[Entry], recorded: Sequence[Entry], since: date, answer: CountAnswer | None
) -> tuple[tuple[Entry, ...], tuple[Entry, ...]]:
    """Return new entries with the answer about later counts, and the corrections of these counts.

    Args:
        rows: The new entry, or the two of a move between lots.
        recorded: All entries of the product, oldest first.
        since: The entry's day, or an earlier one of an entry that it corrects.
        answer: Whether the counts included it; an answer about other counts is ignored.

    Raises:
        CountUnanswered: There are counts, and no answer about them.
        EntryRefused: The answer is about counts that do not exist.
    """
    later = _later_counts(rows[0], recorded, since)
    if rows[0].entry_type == "count":
        # Both counts are right about their own days: there is nothing to ask.
        return tuple(rows), _corrections(rows, later, since)
    concerned = [count for count in later if _units_for(rows, count)]
    if answer and answer.asked is not None and answer.asked != {count.entry_id for count in concerned}:
        answer = None
    if answer is None and not concerned:
        return tuple(rows), ()
    answer = _checked(rows[0], concerned, answer)
    answered = tuple(replace(row, seen_by_count=answer.seen) for row in rows)
    return answered, _corrections(rows, later, answer.first_day or since) if answer.seen else ()


def corrections_of(entry: Entry, recorded: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return the recorded corrections of the counts that included an entry."""
    return tuple(other for other in recorded if other.entry_id.startswith(_correction_prefix(entry)))


def _later_counts(entry: Entry, recorded: Sequence[Entry], since: date) -> list[Entry]:
    """Return the product's counts after an entry, in the order of their days."""

    def is_later(count: Entry) -> bool:
        # Of two counts of one day the one entered last is right.
        return count.entry_date > entry.entry_date if entry.entry_type == "count" else count.entry_date >= since

    counts = [
        count
        for count in recorded
        if count.counted_quantity is not None and count.entry_id != entry.corrects and is_later(count)
    ]
    return sorted(counts, key=lambda count: count.entry_date)


def _checked(entry: Entry, counts: Sequence[Entry], answer: CountAnswer | None) -> CountAnswer:
    if not counts:
        raise EntryRefused(_nothing_to_answer(entry), FIELD)
    if answer is None:
        raise _question(entry, counts)
    if answer.first_day is not None and answer.first_day not in {count.entry_date for count in counts}:
        raise EntryRefused(
            f"No count of {answer.first_day} can have seen this. The counts are {_days(counts)}.", FIELD
        )
    return answer


def _corrections(rows: Sequence[Entry], counts: Sequence[Entry], first_day: date) -> tuple[Entry, ...]:
    """Return the corrections of the counts from the first day on that included the rows.

    Each count is corrected as if the rows, and the corrections of earlier counts, had been known when it was made.
    """
    entry, made = rows[0], list(rows)
    for count in counts:
        gained = _units_for(made, count) if count.entry_date >= first_day else 0
        if gained:
            made.append(_correction(entry, count, gained, len(made)))
    return tuple(made[len(rows) :])


def _correction(entry: Entry, count: Entry, gained: int, number: int) -> Entry:
    return Entry(
        "count",
        # Of a correction dated after the count on the correction's day: else there was a gap between the two.
        entry_date=max(count.entry_date, entry.entry_date),
        sku_code=entry.sku_code,
        quantity=-gained,
        actor=entry.actor,
        lot_number=count.lot_number if entry.lot_number else None,
        reason=f"The count saw the {_name(entry)} of {entry.entry_date} (entry {entry.entry_id})",
        corrects=count.entry_id,
        entry_id=f"{_correction_prefix(entry)}{number}",
    )


def _units_for(rows: Sequence[Entry], count: Entry) -> int:
    """Return the units that the rows add to what a count covers: its lot, or all of the product.

    Units entered without a lot may be in any lot, so each count may have included them. A count of the whole
    product concerns no lot, so no count of one lot includes its difference.
    """
    in_any_lot = rows[0].lot_number is None and rows[0].entry_type != "count"
    return sum(
        row.shelf_gains
        for row in rows
        if in_any_lot or count.lot_number is None or row.lot_number == count.lot_number
    )


def _question(entry: Entry, counts: Sequence[Entry]) -> CountUnanswered:
    several = " and the day of the first that did" if len({count.entry_date for count in counts}) > 1 else ""
    return CountUnanswered(
        f"The shelf was counted on {_days(counts)}, when this {_name(entry)} was not entered yet.",
        tuple(counts),
        advice=Advice(
            f"If the count saw it, add --seen-by-count{several}: the stock after the count stays as counted. If "
            "it did not, add --not-seen-by-count: the stock changes by it.",
            "Answer whether the count saw it.",
        ),
    )


def _nothing_to_answer(entry: Entry) -> str:
    of_lot = f", lot {entry.lot_number}" if entry.lot_number else ""
    return (
        f"No count of {entry.sku_code}{of_lot} on or after {entry.entry_date} can have seen or missed this. Check "
        "product, lot and day, or leave the answer out: a count that is entered later expects this entry."
    )


def _days(counts: Sequence[Entry]) -> str:
    """Return the counts as text, such as `2026-05-03 (lot 250300), 2026-05-10 (all lots)`."""
    scopes = (f"lot {count.lot_number}" if count.lot_number else "all lots" for count in counts)
    named = (f"{count.entry_date} ({scope})" for count, scope in zip(counts, scopes, strict=True))
    return ", ".join(dict.fromkeys(named))


def _name(entry: Entry) -> str:
    return _NAMES.get(entry.entry_type, entry.entry_type)


def _correction_prefix(entry: Entry) -> str:
    return f"{entry.entry_id}-count-"
