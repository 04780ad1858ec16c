"""The rules of operators' entries at their bounds, as tables, and what is stored of what was typed."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from entered import TODAY, in_store, publish, request

from workflows.config.settings import Settings
from workflows.config.settings_reader import read_settings
from workflows.entries.entry_log import Entry, LotState, append_entries
from workflows.entries.entry_rules import check_quantity, read_lot
from workflows.entries.lot_states import record_lot_state
from workflows.entries.recording import EntryRequest, recent_entries, record_entry
from workflows.errors import EntryRefused


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return read_settings({}).model_copy(update={"home": tmp_path / "home"})


@pytest.mark.parametrize(
    ("kind", "quantity", "is_fine"),
    [
        ("receive", 1, True), ("receive", 0, False), ("receive", 1_000_000, True), ("receive", 1_000_001, False),
        ("count", 0, True), ("count", -1, False), ("count", 1_000_000, True), ("count", 1_000_001, False),
        ("adjust", 1, True), ("adjust", -1, True), ("adjust", 0, False),
        ("adjust", -1_000_000, True), ("adjust", -1_000_001, False),
        ("repack", 1, True), ("repack", -1, True), ("repack", 0, False), ("repack", -1_000_001, False),
    ],
)  # fmt: skip
def test_the_quantity_of_each_kind_has_its_bounds(kind: Any, quantity: int, is_fine: bool) -> None:
    if is_fine:
        check_quantity(kind, quantity)
    else:
        with pytest.raises(EntryRefused) as refused:
            check_quantity(kind, quantity)
        assert refused.value.field == "quantity"


@pytest.mark.parametrize(
    "typed",
    [
        "250300", " 250300\t", "17612-250300", "17612 - 250300", "17612  -250300", "17612\xa0- 250300",
        *(f"17612 {dash} 250300" for dash in "\u2010\u2011\u2012\u2013\u2014\u2212\u207b\ufe63\uff0d"),
        "\ufeff250300", "17612 - 250\u200b300", "17612\u00ad-\u200e250300",
    ],
)  # fmt: skip
def test_a_lot_is_read_as_it_is_printed_on_labels(typed: str) -> None:
    assert read_lot("17612", typed) == "250300"


@pytest.mark.parametrize(
    "typed", ["2503", "17612-6", "17904 - 250300", "250300x", "250 300", "250300-1", "٢٥٠٣٠٠", "", "17612 250300"]
)
def test_what_is_no_lot_of_the_product_is_refused(typed: str) -> None:
    with pytest.raises(EntryRefused) as refused:
        read_lot("17612", typed)
    assert refused.value.field == "lot_number"


def test_a_lot_has_five_digits_or_any_number_more() -> None:
    assert [read_lot("17612", lot) for lot in ("12345", "12345678901")] == ["12345", "12345678901"]


def test_what_was_typed_is_stored_without_the_spaces_around_it(settings: Settings) -> None:
    texts = {"actor": " ann ", "reason": " by truck ", "note": " dented ", "lot_number": " 250300 "}
    kept = record_entry(settings, request(settings, **texts)).entry
    assert (kept.actor, kept.reason, kept.note, kept.lot_number) == ("ann", "by truck", "dented", "250300")
    empty = record_entry(settings, request(settings, reason=" ", note="")).entry
    assert (empty.reason, empty.note, empty.lot_number) == (None, None, None)


def test_one_unit_is_found_or_lost(settings: Settings) -> None:
    for quantity in (1, -1):
        record_entry(settings, request(settings, kind="adjust", quantity=quantity, reason="looked again"))
    assert in_store(settings) == [("adjust_up", None, 1), ("adjust_down", None, 1)]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"kind": "adjust", "quantity": -6, "reason": "  "}, "reason"),
        ({"corrects": "first"}, "reason"),
        ({"corrects": "first", "reason": "typed wrong", "sku_code": "17904"}, "corrects"),
        ({"kind": "repack", "from_lot": "250237"}, "from_lot"),
        ({"kind": "repack", "from_lot": "250237", "lot_number": "250300", "quantity": -5}, "from_lot"),
        ({"kind": "repack", "from_lot": "999999", "lot_number": "250300"}, "lot_number"),
    ],
)
def test_corrections_and_moves_are_refused_when_they_do_not_fit(
    settings: Settings, wrong: dict[str, Any], field: str
) -> None:
    record_entry(settings, request(settings, entry_id="first"))
    with pytest.raises(EntryRefused) as refused:
        record_entry(settings, request(settings, **wrong))
    assert refused.value.field == field
    assert in_store(settings) == [("receive", None, 576)]
    assert (
        record_entry(settings, request(settings, corrects="first", reason="typed wrong")).entry.corrects == "first"
    )


def test_a_lots_state_is_of_a_known_lot_with_a_reason_and_not_from_the_future(settings: Settings) -> None:
    publish(settings, ("opening", "2025-09-19", "250300", 100))
    state = LotState("17612", "17612 - 250300", "quarantined", TODAY, "seal broken", "ann")
    assert record_lot_state(settings, state).lot_number == "250300"
    for wrong, field in (
        ({"lot_number": "250399"}, "lot_number"),
        ({"sku_code": "17904"}, "lot_number"),
        ({"status": "lost"}, "status"),
        ({"reason": " "}, "reason"),
        ({"actor": ""}, "actor"),
        ({"valid_from": TODAY + timedelta(days=1)}, "entry_date"),
    ):
        with pytest.raises(EntryRefused) as refused:
            record_lot_state(settings, replace(state, state_id=field, **wrong))
        assert refused.value.field == field
    with sqlite3.connect(settings.operations) as connection:
        assert connection.execute("select lot_number, status from lot_states").fetchall() == [
            ("250300", "quarantined")
        ]


def test_of_several_entries_all_are_recorded_or_none(settings: Settings) -> None:
    settings.home.mkdir()
    first, second = (Entry("receive", TODAY, "17612", units, "ann", entry_id="same") for units in (1, 2))
    with pytest.raises(sqlite3.IntegrityError):
        append_entries(settings.operations, [first, second])
    assert recent_entries(settings) == []


def test_who_only_looks_at_recent_entries_makes_no_store_and_sees_the_newest_first(settings: Settings) -> None:
    assert recent_entries(settings) == []
    assert not settings.home.exists()
    for units in (1, 2, 3):
        record_entry(settings, EntryRequest("receive", "17612", units, TODAY, "ann"))
    assert [entry.quantity for entry in recent_entries(settings, 2)] == [3, 2]
