"""Operators' entries: what is recorded, what is refused with which words, and what a count is compared with."""

from __future__ import annotations

import sqlite3
import threading
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from command_line import CommandLine
from entered import TODAY, in_store, publish, request
from homes import settings_of

from workflows.config.settings import Settings
from workflows.entries.entry_log import LotState, append_entries
from workflows.entries.lot_states import record_lot_state
from workflows.entries.recording import recent_entries, record_entry
from workflows.errors import EntryRefused


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_of(tmp_path / "home")


def test_two_equal_receipts_of_576_on_one_day_are_two(settings: Settings) -> None:
    first = record_entry(settings, request(settings, lot_number="250300"))
    second = record_entry(settings, request(settings, lot_number="17612 - 250300"))
    assert first.entry.entry_id != second.entry.entry_id
    assert in_store(settings) == [("receive", "250300", 576), ("receive", "250300", 576)]


def test_the_same_id_sent_twice_is_one_entry_and_another_entry_under_it_is_refused(settings: Settings) -> None:
    once = record_entry(settings, request(settings, entry_id="form-1"))
    again = record_entry(settings, request(settings, entry_id="form-1"))
    assert (once.repeated, again.repeated) == (False, True)
    assert again.entry == once.entry
    with pytest.raises(EntryRefused, match="belongs to another entry"):
        record_entry(settings, request(settings, entry_id="form-1", quantity=5))
    assert len(in_store(settings)) == 1


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        ({"sku_code": "99999"}, "sku_code", "not known"),
        ({"sku_code": "17913"}, "sku_code", "sold but not stocked"),
        ({"sku_code": "18605"}, "sku_code", "stands for 4 × 17612 \\+ 1 × 17914 \\+ 1 × 17904"),
        ({"quantity": 0}, "quantity", "1 or more"),
        ({"quantity": -5}, "quantity", "1 or more"),
        ({"quantity": 5_000_000}, "quantity", "a slip"),
        ({"kind": "count", "quantity": -1}, "quantity", "0 or more"),
        ({"kind": "adjust", "quantity": 0, "reason": "x"}, "quantity", "moves nothing"),
        ({"entry_date": TODAY + timedelta(days=1)}, "entry_date", "lies in the future"),
        ({"entry_date": date(2025, 9, 19)}, "entry_date", "begins at the end of 2025-09-19"),
        ({"lot_number": "17612-6"}, "lot_number", "not a lot number"),
        ({"lot_number": "2503OO"}, "lot_number", "not a lot number"),
        ({"lot_number": "17904 - 250300"}, "lot_number", "a lot of 17904"),
        ({"actor": " "}, "actor", "who"),
        ({"kind": "adjust", "quantity": -6}, "reason", "reason"),
        (
            {"kind": "adjust", "quantity": -6, "reason": "lost", "lot_number": "250399"},
            "lot_number",
            "No lot 250399",
        ),
        ({"kind": "count", "lot_number": "250399"}, "lot_number", "No lot 250399"),
        ({"kind": "count"}, "entry_date", "Nothing has been published yet"),
        ({"corrects": "nothing", "reason": "typed wrong"}, "corrects", "no entry nothing"),
        ({"kind": "receive", "from_lot": "250237", "lot_number": "250300"}, "from_lot", "by a repack"),
        ({"kind": "repack", "from_lot": "250237", "lot_number": "250237"}, "from_lot", "two different lots"),
    ],
)
def test_an_entry_that_breaks_a_rule_is_refused_with_a_sentence_and_leaves_nothing(
    settings: Settings, wrong: dict[str, Any], field: str, sentence: str
) -> None:
    with pytest.raises(EntryRefused, match=sentence) as refused:
        record_entry(settings, request(settings, **wrong))
    assert (refused.value.field, refused.value.exit_code) == (field, 2)
    assert recent_entries(settings) == []


def test_an_adjustment_is_stored_with_its_direction_and_a_correction_names_what_it_corrects(
    settings: Settings,
) -> None:
    wrong = record_entry(settings, request(settings, kind="adjust", quantity=-9, reason="broken"))
    right = record_entry(
        settings,
        request(settings, kind="adjust", quantity=9, reason="were found", corrects=wrong.entry.entry_id),
    )
    assert (wrong.entry.shelf_gains, right.entry.shelf_gains) == (-9, 9)
    assert in_store(settings) == [("adjust_down", None, 9), ("adjust_up", None, 9)]
    assert [entry.corrects for entry in recent_entries(settings)] == [wrong.entry.entry_id, None]


def test_an_entry_once_made_cannot_be_changed_or_deleted(settings: Settings) -> None:
    record_entry(settings, request(settings))
    for attempt in ("delete from entries", "update entries set quantity = 9"):
        with (
            sqlite3.connect(settings.operations) as connection,
            pytest.raises(sqlite3.DatabaseError, match="never"),
        ):
            connection.execute(attempt)
    assert in_store(settings) == [("receive", None, 576)]


def test_a_count_stores_what_was_counted_and_what_the_ledger_had_at_that_moment(settings: Settings) -> None:
    yesterday = str(TODAY - timedelta(days=1))
    received = record_entry(settings, request(settings, quantity=100, lot_number="250300"))
    publish(
        settings,
        ("opening", "2025-09-19", "250237", 1019),
        ("ship", yesterday, "250237", -19),
        (f"entry:{received.entry.entry_id}", str(TODAY), "250300", 100),
    )
    record_entry(settings, request(settings, quantity=40, lot_number="250300"))
    whole = record_entry(settings, request(settings, kind="count", quantity=1137)).entry
    assert (whole.counted_quantity, whole.expected_quantity, whole.quantity) == (1137, 1140, -3)
    lot = record_entry(settings, request(settings, kind="count", quantity=140, lot_number="250300")).entry
    assert (lot.counted_quantity, lot.expected_quantity, lot.quantity) == (140, 140, 0)
    earlier = request(settings, kind="count", quantity=1000, entry_date=TODAY - timedelta(days=1))
    assert record_entry(settings, earlier).entry.expected_quantity == 1000


def test_two_counts_at_once_do_not_book_the_same_difference_twice(settings: Settings) -> None:
    publish(settings, ("opening", "2025-09-19", "250237", 1019))
    record_entry(settings, request(settings, quantity=1))

    def count() -> None:
        record_entry(settings, request(settings, kind="count", quantity=1000))

    threads = [threading.Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(quantity for kind, _, quantity in in_store(settings) if kind == "count") == [-20] + [0] * 7


def test_a_repack_between_lots_takes_from_one_what_it_gives_the_other(settings: Settings) -> None:
    moved = record_entry(
        settings, request(settings, kind="repack", quantity=12, from_lot="250237", lot_number="250301")
    )
    back = record_entry(settings, request(settings, kind="repack", quantity=4))
    assert in_store(settings) == [("repack", "250301", 12), ("repack", "250237", -12), ("repack", None, 4)]
    assert (moved.facts()["shelf_gains"], back.facts()["shelf_gains"]) == (0, 4)


def test_a_store_of_before_there_were_corrections_is_brought_up_to_date(settings: Settings) -> None:
    settings.home.mkdir()
    append_entries(settings.operations, [])
    with sqlite3.connect(settings.operations) as connection:
        connection.execute("alter table entries drop column corrects")
        connection.execute("drop table lot_states")
        connection.execute("pragma user_version = 0")
    record_entry(settings, request(settings))
    record_lot_state(settings, LotState("17612", "250237", "quarantined", TODAY, "recall", "ann"))
    assert in_store(settings) == [("receive", None, 576)]


def test_an_entry_alone_makes_the_next_sync_build_and_the_shelf_shows_it(filled: CommandLine) -> None:
    filled.run("sync")
    shelf = "select quantity_on_hand from marts.inventory_current where sku_code = '18675'"
    ((before,),) = filled.published(shelf)
    lot_received = ("receive", "--sku", "18675", "--lot", "250777", "--quantity", "48")
    entered = filled.run(*lot_received, "--note", "by truck", "--expires", f"{TODAY + timedelta(days=30)}")
    again = filled.run("lot", "--sku", "18675", "--lot", "250777", "--expires", f"{TODAY + timedelta(days=60)}")
    assert (again.code, again.facts["status"]) == (0, None)
    found = filled.run("adjust", "--sku", "18675", "--quantity", "-6", "--reason", "broken", "--actor", "ann")
    missed = filled.run("count", "--sku", "18675", "--quantity", str(before + 40))
    assert (entered.code, found.code, missed.code) == (0, 0, 0)
    assert (missed.facts["expected_quantity"], missed.facts["quantity"]) == (before + 42, -2)
    held = filled.run(
        "lot", "--sku", "18675", "--lot", "250777", "--status", "quarantined", "--reason", "seal broken"
    )
    assert held.code == 0, held.errors
    assert filled.published(shelf) == [(before,)]
    synced = filled.run("sync")
    assert (synced.code, synced.facts["orders_changed"], synced.facts["built"]) == (0, 0, True)
    assert filled.published(shelf) == [(before + 40,)]
    lot = (
        "select status, pick_rank, quantity_on_hand, lots.expiry_date, severity from marts.lots "
        "join marts.lot_inventory using (lot_id) join marts.exceptions on contains(detail, lot_id) "
        "where exception_type = 'lot_expiring'"
    )
    expiring = [("quarantined", None, 48, TODAY + timedelta(days=60), "warning")]
    assert filled.published(lot) == expiring
    made = "select transaction_type, quantity, actor from marts.inventory_transactions where transaction_id = "
    assert filled.published(f"{made} 'entry:{found.facts['entry_id']}'") == [("adjust_down", -6, "ann")]


def test_a_refused_entry_ends_with_exit_2_and_its_sentence(tmp_path: Path) -> None:
    command = CommandLine(tmp_path / "home", "http://127.0.0.1:9")
    answer = command.run("receive", "--sku", "17612", "--quantity", "5", "--date", "2025-02-30")
    assert (answer.code, "is no date" in answer.facts["error"]) == (2, True)
    answer = command.run("adjust", "--sku", "17612", "--quantity", "-5")
    assert (answer.code, "reason" in answer.facts["error"]) == (2, True)
    answer = command.run("receive", "--sku", "17612", "--quantity", "many")
    assert answer.code == 2
