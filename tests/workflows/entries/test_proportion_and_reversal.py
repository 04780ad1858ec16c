"""Odd units are noticed, an entry is reversed once and exactly, and a draft is kept until it ends."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from entered import TODAY, in_store, publish, request
from homes import settings_of

from workflows.config.settings import Settings
from workflows.entries.drafts import (
    begin_draft,
    change_draft,
    delete_old_drafts,
    end_draft,
    open_drafts,
    read_draft,
)
from workflows.entries.expected_stock import WITHOUT_LOT
from workflows.entries.later_counts import CountAnswer
from workflows.entries.proportion import out_of_proportion
from workflows.entries.recording import expect_on_hand, recent_entries, record_entry
from workflows.entries.reversing import reversal_of
from workflows.errors import EntryRefused

DAY = f"{TODAY - timedelta(days=3)}"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = settings_of(tmp_path / "home")
    publish(settings, ("1", DAY, "250300", 100), ("2", DAY, None, 40))
    return settings


@pytest.mark.parametrize(
    ("asked", "odd"),
    [
        ({"quantity": 576}, None),
        ({"quantity": 479}, None),
        ({"quantity": 480}, "usually has 48 units. This one has 480"),
        ({"kind": "adjust", "quantity": -100, "lot_number": "250300"}, None),
        ({"kind": "adjust", "quantity": -101, "lot_number": "17612 - 250300"}, "has 100 units. This leaves -1"),
        ({"kind": "adjust", "quantity": -248}, None),
        ({"kind": "adjust", "quantity": -249}, "17612 has 248 units. This leaves -1"),
    ],
)
def test_a_receipt_of_ten_times_the_usual_and_an_adjustment_below_zero_are_odd(
    settings: Settings, asked: dict[str, Any], odd: str | None
) -> None:
    if asked["quantity"] != 576:
        for units in (10, 48, 50):
            record_entry(settings, request(settings, quantity=units))
    adjusted = {"reason": "lost"} | asked
    found = out_of_proportion(settings, request(settings, **adjusted))
    assert found is None if odd is None else odd in (found or "")


def test_units_without_a_lot_are_what_no_lot_has(settings: Settings) -> None:
    record_entry(settings, request(settings, quantity=8))
    record_entry(settings, request(settings, quantity=5, lot_number="250300"))
    stock = [expect_on_hand(settings, "17612", lot, TODAY).on_hand for lot in (None, "250300", WITHOUT_LOT)]
    assert stock == [153, 105, 48]


def test_an_entry_is_reversed_once_on_its_day_and_a_reversal_is_not(settings: Settings) -> None:
    first = record_entry(settings, request(settings, lot_number="250300")).entry
    for reason in ("typed wrong", "again"):
        record_entry(settings, reversal_of(settings, first.entry_id, "bea", reason))
    assert in_store(settings) == [("receive", "250300", 576), ("adjust_down", "250300", 576)]
    reversal, entry = recent_entries(settings)
    assert (reversal.corrects, reversal.entry_date) == (entry.entry_id, entry.entry_date)
    with pytest.raises(EntryRefused, match="corrects another"):
        reversal_of(settings, reversal.entry_id, "bea", "no")
    with pytest.raises(EntryRefused, match="no entry"):
        reversal_of(settings, "nothing", "bea", "no")


def test_a_move_between_lots_is_reversed_with_both_its_entries(settings: Settings) -> None:
    record_entry(settings, request(settings, quantity=9, lot_number="250301"))
    move = request(settings, kind="repack", quantity=6, lot_number="250301", from_lot="250300")
    moved = record_entry(settings, move)
    assert moved.taken_from is not None
    record_entry(settings, reversal_of(settings, moved.taken_from.entry_id, "bea", "wrong lot"))
    assert in_store(settings)[3:] == [("repack", "250300", 6), ("repack", "250301", -6)]


def test_a_count_is_reversed_by_its_difference(settings: Settings) -> None:
    counted = record_entry(settings, request(settings, kind="count", quantity=97, lot_number="250300")).entry
    record_entry(settings, reversal_of(settings, counted.entry_id, "bea", "miscounted"))
    assert in_store(settings) == [("count", "250300", -3), ("adjust_up", "250300", 3)]
    assert expect_on_hand(settings, "17612", "250300", TODAY).on_hand == 100


def count_included_in(settings: Settings, units: int, **receipt: Any) -> str:
    """Count 10 units too many in lot 250300, then enter a receipt of earlier that the count included."""
    counted = record_entry(settings, request(settings, kind="count", quantity=110, lot_number="250300")).entry
    late = request(settings, quantity=units, count_answer=CountAnswer(seen=True), **receipt)
    record_entry(settings, late)
    return counted.entry_id


@pytest.mark.parametrize(("units", "taken_back"), [(4, -6), (15, 5)])
def test_taking_back_a_count_takes_back_its_corrections_too(
    settings: Settings, units: int, taken_back: int
) -> None:
    count = count_included_in(settings, units, lot_number="250300")
    reversal = reversal_of(settings, count, "bea", "miscounted")
    assert reversal.quantity == taken_back
    record_entry(settings, reversal)
    assert expect_on_hand(settings, "17612", "250300", TODAY).on_hand == 100 + units


@pytest.mark.parametrize(
    ("lot", "refusal"), [("250300", "by 0 in all"), (None, "for units of another lot or of none")]
)
def test_a_count_whose_corrections_leave_nothing_or_concern_another_lot_is_not_taken_back(
    settings: Settings, lot: str | None, refusal: str
) -> None:
    count = count_included_in(settings, 10, lot_number=lot)
    with pytest.raises(EntryRefused, match=refusal):
        reversal_of(settings, count, "bea", "miscounted")


@pytest.mark.parametrize("kind", ["adjust", "count"])
def test_an_entry_that_was_corrected_by_another_is_not_taken_back_as_well(settings: Settings, kind: Any) -> None:
    first = record_entry(settings, request(settings, quantity=40, lot_number="250300")).entry
    record_entry(
        settings,
        request(settings, kind=kind, quantity=104, lot_number="250300", corrects=first.entry_id, reason="typed 4"),
    )
    with pytest.raises(EntryRefused, match="has been corrected by another"):
        reversal_of(settings, first.entry_id, "bea", "typed 4")


def test_a_draft_keeps_what_was_typed_field_by_field_until_it_ends(settings: Settings) -> None:
    database = settings.operations
    assert open_drafts(database, "count") == []
    begin_draft(database, "a", "count", "ann", **{"units 250300": 90, "note": "<b> =1+1"})
    change_draft(database, "a", "bea", note=None, again=7)
    begin_draft(database, "b", "receive", "ann", units=1)
    [draft] = open_drafts(database, "count")
    assert (draft.draft_id, draft.actor, draft.content) == ("a", "bea", {"units 250300": 90, "again": 7})
    end_draft(database, "a")
    assert read_draft(database, "a") is None
    with pytest.raises(EntryRefused, match="booked or cancelled meanwhile"):
        change_draft(database, "a", "ann", again=8)
    assert [draft.draft_id for draft in open_drafts(database, "count", "receive")] == ["b"]


def test_a_draft_is_deleted_when_nobody_has_changed_it_for_30_days(settings: Settings) -> None:
    database = settings.operations
    begin_draft(database, "a", "count", "ann", name="17612 PT Kit")
    begun = open_drafts(database, "count")[0].changed_at
    assert delete_old_drafts(database, begun + timedelta(days=30)) == 0
    assert delete_old_drafts(database, begun + timedelta(days=30, seconds=1)) == 1
    assert open_drafts(database, "count") == []
