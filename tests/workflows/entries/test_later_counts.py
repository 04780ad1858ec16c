"""Entries dated before a count: when a person is asked, what the count then changes by, and what the shelf has."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from command_line import CommandLine
from entered import TODAY, in_store, publish, request
from homes import settings_of

from workflows.config.settings import Settings
from workflows.entries.entry_log import Entry
from workflows.entries.later_counts import CountAnswer, CountUnanswered, apply_answer
from workflows.entries.recording import record_entry
from workflows.errors import EntryRefused

LOT, OTHER = "250300", "250301"
SEEN, NOT_SEEN = CountAnswer(seen=True), CountAnswer(seen=False)
Movement = tuple[int, str | None, int]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_of(tmp_path / "home")


def march(day: int) -> date:
    return date(2026, 3, day)


def moved(kind: str, day: int, lot: str | None, units: int, **more: Any) -> Entry:
    return Entry(kind, march(day), "17612", units, "ann", lot_number=lot, **more)


def counted(day: int, lot: str | None = None, **more: Any) -> Entry:
    return moved("count", day, lot, 0, counted_quantity=100, expected_quantity=100, **more)


def received(day: int = 5, lot: str | None = LOT, units: int = 48) -> list[Entry]:
    return [moved("receive", day, lot, units)]


MOVE = [moved("repack", 5, OTHER, 10), moved("repack", 5, LOT, -10)]


@pytest.mark.parametrize(
    ("rows", "counts", "answer", "balances"),
    [
        (received(), [counted(9, LOT)], SEEN, [(9, LOT, -48)]),
        (received(), [counted(5, LOT)], SEEN, [(5, LOT, -48)]),
        ([moved("adjust_down", 5, LOT, 6)], [counted(9, LOT)], SEEN, [(9, LOT, 6)]),
        ([moved("repack", 5, LOT, -6)], [counted(9, LOT)], SEEN, [(9, LOT, 6)]),
        (received(), [counted(9, LOT)], NOT_SEEN, []),
        # The count of the whole product found the units in no lot; the receipt says in which they are.
        (received(), [counted(9)], SEEN, [(9, None, -48)]),
        # Units that nobody gave a lot were counted with some lot's: that lot stays as counted.
        (received(lot=None), [counted(9, LOT)], SEEN, [(9, None, -48)]),
        (received(lot=None), [counted(9, LOT), counted(9, OTHER), counted(10)], SEEN, [(9, None, -48)]),
        # What the first count that saw it knows, all after it know.
        (received(), [counted(9, LOT), counted(12, LOT)], SEEN, [(9, LOT, -48)]),
        (received(), [counted(12, LOT), counted(9, LOT)], SEEN, [(9, LOT, -48)]),
        (
            received(),
            [counted(9, LOT), counted(12, LOT)],
            CountAnswer(seen=True, first_day=march(12)),
            [(12, LOT, -48)],
        ),
        # First the product was found 48 over, then the lot: both differences held the same units.
        (received(), [counted(9), counted(12, LOT)], SEEN, [(9, None, -48), (12, LOT, -48)]),
        # One lot was counted 10 short; the product was counted whole afterwards.
        (MOVE, [counted(9, LOT)], SEEN, [(9, LOT, 10)]),
        (MOVE, [counted(9, LOT), counted(9, OTHER)], SEEN, [(9, LOT, 10), (9, OTHER, -10)]),
        (MOVE, [counted(9, LOT), counted(12)], SEEN, [(9, LOT, 10), (12, None, -10)]),
        # A count entered late, of an earlier day: the later one stays right, and nobody has to be asked.
        ([moved("count", 5, LOT, 7, counted_quantity=107)], [counted(9, LOT)], None, [(9, LOT, -7)]),
        ([moved("count", 5, LOT, 7, counted_quantity=107)], [counted(9)], None, [(9, None, -7)]),
        ([moved("count", 9, LOT, 7, counted_quantity=107)], [counted(9, LOT)], None, []),
        ([moved("count", 5, None, 7, counted_quantity=107)], [counted(9, LOT)], None, []),
        ([moved("count", 9, LOT, 7, counted_quantity=107, corrects="old")], [counted(5, LOT)], None, []),
    ],
)  # fmt: skip
def test_the_differences_of_the_counts_that_saw_an_entry_change_by_its_units(
    rows: list[Entry], counts: list[Entry], answer: CountAnswer | None, balances: list[Movement]
) -> None:
    answered, made = apply_answer(rows, counts, rows[0].entry_date, answer)
    assert [(entry.entry_date.day, entry.lot_number, entry.quantity) for entry in made] == balances
    assert {entry.entry_type for entry in made} <= {"count"}
    assert {entry.corrects for entry in made} <= {count.entry_id for count in counts}
    assert [entry.seen_by_count for entry in answered] == [answer and answer.seen] * len(rows)


BALANCE = moved("count", 9, LOT, -48, corrects="a count")


@pytest.mark.parametrize(
    ("rows", "recorded", "since"),
    [
        (received(10), [counted(9, LOT)], 10),
        (received(), [counted(9, OTHER)], 5),
        (received(), [*received(), BALANCE], 5),
        # Moved within the product: the whole has not changed.
        (MOVE, [counted(9)], 5),
        # The count that is corrected is wrong by what the entry says.
        ([moved("adjust_down", 20, LOT, 6, corrects="typo")], [counted(9, LOT, entry_id="typo")], 9),
    ],
)  # fmt: skip
def test_nobody_is_asked_about_a_count_that_the_entry_does_not_change_and_an_answer_is_refused(
    rows: list[Entry], recorded: list[Entry], since: int
) -> None:
    assert apply_answer(rows, recorded, march(since), None) == (tuple(rows), ())
    for answer in (SEEN, NOT_SEEN):
        with pytest.raises(EntryRefused, match="leave the answer out"):
            apply_answer(rows, recorded, march(since), answer)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (None, r"counted on 2026-03-09 \(lot 250300\), 2026-03-12 \(all lots\).*--seen-by-count.*--not-seen"),
        (CountAnswer(seen=True, first_day=march(10)), "No count of 2026-03-10"),
        # Given about one count, before another was made.
        (CountAnswer(seen=False, asked=frozenset({"first"})), "--not-seen-by-count"),
    ],
)
def test_without_an_answer_about_these_very_counts_the_entry_is_refused(
    answer: CountAnswer | None, sentence: str
) -> None:
    counts = [counted(9, LOT, entry_id="first"), counted(12, entry_id="second")]
    with pytest.raises(EntryRefused, match=sentence) as refused:
        apply_answer(received(), counts, march(5), answer)
    assert refused.value.field == "seen_by_count"


DAY = TODAY - timedelta(days=3)


def test_a_receipt_that_a_count_saw_and_the_counts_difference_are_one_and_linked(settings: Settings) -> None:
    publish(settings, ("opening", "2025-09-19", LOT, 1000))
    count = record_entry(settings, request(settings, kind="count", quantity=1048, lot_number=LOT)).entry
    late = request(settings, quantity=48, entry_date=DAY, lot_number=LOT, entry_id="form")
    with pytest.raises(CountUnanswered) as asked:
        record_entry(settings, late)
    assert asked.value.counts == (count,)
    assert in_store(settings) == [("count", LOT, 48)]
    about = frozenset({count.entry_id})
    seen = record_entry(settings, replace(late, count_answer=CountAnswer(seen=True, asked=about)))
    assert in_store(settings) == [("count", LOT, 48), ("receive", LOT, 48), ("count", LOT, -48)]
    assert seen.facts()["shelf_gains"] == 0
    assert seen.balanced[0].corrects == count.entry_id
    assert "entry form" in (seen.balanced[0].reason or "")
    again = record_entry(settings, replace(late, count_answer=CountAnswer(seen=True, asked=about)))
    assert (again.repeated, again.balanced) == (True, seen.balanced)
    assert record_entry(settings, replace(late, count_answer=SEEN)).repeated
    with pytest.raises(EntryRefused, match="belongs to another entry"):
        record_entry(settings, replace(late, count_answer=NOT_SEEN))
    assert len(in_store(settings)) == 3
    # The next count expects what stands there.
    assert (
        record_entry(
            settings, replace(late, kind="count", quantity=1048, entry_date=TODAY, entry_id=None)
        ).entry.quantity
        == 0
    )


def test_an_answer_is_about_the_counts_it_was_given_for(settings: Settings) -> None:
    publish(settings, ("opening", "2025-09-19", LOT, 1000))
    count = request(settings, kind="count", quantity=1048, lot_number=LOT, entry_date=DAY)
    first = record_entry(settings, count).entry
    late = request(settings, quantity=48, entry_date=DAY, lot_number=LOT)
    answer = CountAnswer(seen=False, asked=frozenset({first.entry_id}))
    second = record_entry(settings, replace(count, entry_date=TODAY)).entry
    with pytest.raises(CountUnanswered) as asked:
        record_entry(settings, replace(late, count_answer=answer))
    assert asked.value.counts == (first, second)
    # Of another day or lot it concerns no count any more, and is entered without.
    elsewhere = record_entry(settings, replace(late, lot_number=OTHER, count_answer=answer, entry_id="form"))
    assert (elsewhere.entry.seen_by_count, elsewhere.balanced) == (None, ())
    assert record_entry(settings, replace(late, lot_number=OTHER, count_answer=answer, entry_id="form")).repeated


def test_of_a_receipt_and_a_count_at_once_one_knows_the_other_or_is_asked_about_it(settings: Settings) -> None:
    publish(settings, ("opening", "2025-09-19", LOT, 1000))
    asked: list[CountUnanswered] = []

    def receive() -> None:
        try:
            record_entry(settings, request(settings, quantity=48, lot_number=LOT))
        except CountUnanswered as question:
            asked.append(question)

    def count() -> None:
        record_entry(settings, request(settings, kind="count", quantity=1048, lot_number=LOT))

    threads = [threading.Thread(target=act) for act in (receive, count) * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    made = in_store(settings)
    first_count = [kind for kind, _, _ in made].index("count")
    assert [kind for kind, _, _ in made[first_count:]] == ["count"] * 4
    assert first_count + len(asked) == 4
    assert 1000 + sum(units for _, _, units in made) == 1048


def test_a_correction_asks_about_the_counts_since_what_it_corrects(settings: Settings) -> None:
    publish(settings, ("opening", "2025-09-19", LOT, 1000))
    wrong = record_entry(settings, request(settings, quantity=84, lot_number=LOT, entry_date=DAY)).entry
    count = record_entry(
        settings,
        request(settings, kind="count", quantity=1048, lot_number=LOT, entry_date=DAY + timedelta(days=1)),
    )
    assert count.entry.quantity == -36
    right = request(
        settings, kind="adjust", quantity=-36, lot_number=LOT, reason="typed 84", corrects=wrong.entry_id
    )
    with pytest.raises(CountUnanswered):
        record_entry(settings, right)
    # The count found the 36 missing already: the correction and its balance stand on one day.
    seen = record_entry(settings, replace(right, count_answer=SEEN))
    assert (seen.balanced[0].entry_date, seen.balanced[0].quantity) == (TODAY, 36)
    # A correction of the correction goes back to the first of them, one dated earlier to its own day.
    with pytest.raises(CountUnanswered):
        record_entry(settings, replace(right, corrects=seen.entry.entry_id))
    fresh = record_entry(settings, request(settings, quantity=84, lot_number=LOT)).entry
    with pytest.raises(CountUnanswered):
        record_entry(settings, replace(right, corrects=fresh.entry_id, entry_date=DAY))


def test_an_entry_before_a_count_is_asked_for_and_the_shelf_is_right_on_every_day(filled: CommandLine) -> None:
    days = [filled.today() - timedelta(days=back) for back in range(8, -1, -1)]
    product = ("--sku", "18675", "--quantity")
    shelf = (
        "select quantity_on_hand from marts.inventory_daily"
        f" where sku_code = '18675' and inventory_date >= '{days[0]}' order by inventory_date"
    )
    before = [units for (units,) in filled.published(shelf)]
    assert filled.run("receive", *product, "100", "--lot", "260777", "--date", str(days[0])).code == 0
    # Two days later the shelf has 40 units of the lot more than the books, and one day after 5 units less in all.
    assert filled.run("count", *product, "140", "--lot", "260777", "--date", str(days[2])).facts["quantity"] == 40
    whole = str(before[4] + 140 - 5)
    assert filled.run("count", *product, whole, "--date", str(days[4])).facts["quantity"] == -5

    late = ("receive", *product, "40", "--lot", "260777", "--date", str(days[1]))
    unanswered = filled.run(*late)
    assert (unanswered.code, f"{days[2]} (lot 260777), {days[4]} (all lots)" in unanswered.facts["error"]) == (
        2,
        True,
    )
    both = filled.run(*late, "--seen-by-count", "--not-seen-by-count")
    assert (both.code, "not both" in both.facts["error"]) == (2, True)
    seen = filled.run(*late, "--seen-by-count")
    assert (seen.code, [one["quantity"] for one in seen.facts["balanced"]]) == (0, [-40])
    # 5 units broke before the whole was counted, after the lot was; 7 were found that no count saw.
    broken = ("adjust", *product, "-5", "--reason", "broken", "--date", str(days[1]))
    assert filled.run(*broken, "--seen-by-count", str(days[4])).code == 0
    found = ("adjust", *product, "7", "--reason", "found", "--date", str(days[3]))
    assert filled.run(*found).code == 2
    assert filled.run(*found, "--not-seen-by-count").code == 0
    # Nothing was counted since: there is no question, and no answer to it.
    today = ("repack", *product, "3", "--lot", "260777")
    assert filled.run(*today, "--not-seen-by-count").code == 2
    assert filled.run(*today).code == 0

    synced = filled.run("sync")
    assert synced.code == 0, synced.errors
    gained = [100, 135, 135, 142, 142, 142, 142, 142, 145]
    assert [units for (units,) in filled.published(shelf)] == [
        units + more for units, more in zip(before, gained, strict=True)
    ]
    lot = "select quantity_on_hand from marts.lot_inventory where lot_id = '18675-260777'"
    assert filled.published(lot) == [(143,)]
    entered = (
        "select transaction_date, lot_number, transaction_type, quantity from marts.inventory_transactions"
        f" where sku_code = '18675' and transaction_id like 'entry:%' and transaction_date >= '{days[0]}'"
        " order by transaction_date, quantity"
    )
    assert filled.published(entered) == [
        (days[0], "260777", "receive", 100),
        (days[1], None, "adjust_down", -5),
        (days[1], "260777", "receive", 40),
        (days[2], "260777", "count", -40),
        (days[2], "260777", "count", 40),
        (days[3], None, "adjust_up", 7),
        (days[4], None, "count", -5),
        (days[4], None, "count", 5),
        (filled.today(), "260777", "repack", 3),
    ]
