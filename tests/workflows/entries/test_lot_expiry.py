"""Expiry dates of lots: what is refused, what is kept, and that a receipt brings one with it or not at all."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from entered import TODAY, in_store, publish, request

from workflows.config.settings import Settings
from workflows.config.settings_reader import read_settings
from workflows.entries.entry_log import LotState
from workflows.entries.lot_states import record_lot_state
from workflows.entries.recording import record_entry
from workflows.errors import EntryRefused

IN_TWENTY_YEARS = date(TODAY.year + 20, TODAY.month, min(TODAY.day, 28))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = read_settings({}).model_copy(update={"home": tmp_path / "home"})
    publish(made, ("opening", "2025-09-19", "250300", 100))
    return made


def kept(settings: Settings) -> list[tuple[Any, ...]]:
    with sqlite3.connect(settings.operations) as connection:
        return connection.execute(
            "select sku_code, lot_number, status, expires from lot_states order by seq"
        ).fetchall()


def test_a_lots_expiry_date_is_kept_replaced_and_removed_without_a_word_on_its_state(settings: Settings) -> None:
    state = LotState("17612", "17612 - 250300", None, TODAY, None, "ann", expires=date(2027, 6, 30))
    record_lot_state(settings, state)
    record_lot_state(settings, replace(state, state_id="again", expires=date(2027, 7, 31)))
    record_lot_state(settings, replace(state, state_id="removed", expires="none"))
    record_lot_state(settings, replace(state, state_id="both", status="quarantined", reason="recall"))
    assert kept(settings) == [
        ("17612", "250300", None, "2027-06-30"),
        ("17612", "250300", None, "2027-07-31"),
        ("17612", "250300", None, "none"),
        ("17612", "250300", "quarantined", "2027-06-30"),
    ]


@pytest.mark.parametrize(
    ("expires", "sentence"),
    [
        (date(2025, 9, 18), "before the lot was received (2025-09-19)"),
        (IN_TWENTY_YEARS + timedelta(days=3), "more than 20 years away"),
    ],
    ids=["before the receipt", "far away"],
)
def test_an_impossible_expiry_date_is_refused(settings: Settings, expires: date, sentence: str) -> None:
    state = LotState("17612", "250300", None, TODAY, None, "ann", expires=expires)
    with pytest.raises(EntryRefused) as refused:
        record_lot_state(settings, state)
    assert (refused.value.field, sentence in str(refused.value)) == ("expires", True)
    with pytest.raises(EntryRefused, match="Check the year"):
        record_entry(settings, request(settings, lot_number="250300", expires=expires))
    assert (in_store(settings), kept(settings)) == ([], [])


def test_the_days_at_the_bounds_are_possible(settings: Settings) -> None:
    for number, day in enumerate((date(2025, 9, 19), IN_TWENTY_YEARS)):
        said = LotState("17612", "250300", None, TODAY, None, "ann", state_id=f"{number}", expires=day)
        assert record_lot_state(settings, said).expires == day


def test_a_state_or_an_expiry_date_is_needed(settings: Settings) -> None:
    with pytest.raises(EntryRefused, match="--expires"):
        record_lot_state(settings, LotState("17612", "250300", None, TODAY, None, "ann"))


def test_a_receipt_is_recorded_with_its_lots_expiry_date_once(settings: Settings) -> None:
    received = request(settings, lot_number="260616", expires=date(2027, 6, 30), entry_id="first")
    assert record_entry(settings, received).facts()["expires"] == date(2027, 6, 30)
    assert record_entry(settings, received).repeated
    assert kept(settings) == [("17612", "260616", None, "2027-06-30")]
    with pytest.raises(EntryRefused, match="belongs to another entry"):
        record_entry(settings, replace(received, expires=date(2027, 7, 31)))
    assert len(in_store(settings)) == 1


def test_a_receipt_does_not_change_the_date_that_is_kept_of_its_lot(settings: Settings) -> None:
    record_entry(settings, request(settings, lot_number="260616", expires=date(2027, 6, 30)))
    with pytest.raises(EntryRefused, match="is kept with the expiry date 2027-06-30, not 2027-07-31"):
        record_entry(settings, request(settings, lot_number="260616", expires=date(2027, 7, 31)))
    record_entry(settings, request(settings, lot_number="260616"))
    assert len(in_store(settings)) == 2
    assert len(kept(settings)) == 1


def test_an_expiry_date_without_a_lot_is_refused(settings: Settings) -> None:
    with pytest.raises(EntryRefused) as refused:
        record_entry(settings, request(settings, expires=date(2027, 6, 30)))
    assert (refused.value.field, in_store(settings)) == ("expires", [])
