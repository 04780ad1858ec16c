"""Notes on exceptions are kept for ever and hold for one cause."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from workflows.entries.acknowledgements import (
    AcknowledgementsUnreadable,
    acknowledge,
    current_acknowledgements,
    take_back,
)
from workflows.errors import UsageError


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "operations.sqlite"


def standing(store: Path) -> list[tuple[str, str, str, str]]:
    return [(one.exception_id, one.cause, one.note, one.actor) for one in current_acknowledgements(store)]


def test_it_holds_for_the_cause_it_was_given_for_and_not_for_another(store: Path) -> None:
    acknowledge(store, "lot", "below zero since 2026-01-07", "Receipt comes on Monday", "dana")
    acknowledge(store, "lot", "below zero since 2026-02-01", "Counted", "lee")
    assert standing(store) == [
        ("lot", "below zero since 2026-02-01", "Counted", "lee"),
        ("lot", "below zero since 2026-01-07", "Receipt comes on Monday", "dana"),
    ]


def test_one_cause_of_two_exceptions_is_acknowledged_and_taken_back_for_each(store: Path) -> None:
    for key in ("lot", "ghost", "label"):
        acknowledge(store, key, "error", f"About the {key}", "dana")
    take_back(store, "ghost", "error", "lee")
    take_back(store, "label", "warning", "lee")
    assert standing(store) == [
        ("label", "error", "About the label", "dana"),
        ("lot", "error", "About the lot", "dana"),
    ]


def test_the_second_note_stands_and_a_second_taking_back_ends_it_too(store: Path) -> None:
    for note in ("First", "Second"):
        acknowledge(store, "lot", "error", note, "dana")
        assert standing(store) == [("lot", "error", note, "dana")]
    for _ in range(2):
        take_back(store, "lot", "error", "lee")
        assert standing(store) == []
        acknowledge(store, "lot", "error", "Again", "dana")
    assert standing(store) == [("lot", "error", "Again", "dana")]


def test_a_note_is_one_line_of_at_most_500_characters_and_has_its_instant(store: Path) -> None:
    before = datetime.now(UTC)
    acknowledge(store, "lot", "error", f"  {'x' * 400}\n\n {'y' * 99} ", "dana")
    [noted] = current_acknowledgements(store)
    assert noted.note == f"{'x' * 400} {'y' * 99}"
    assert before <= noted.acknowledged_at <= datetime.now(UTC)


def test_one_taken_back_does_not_stand_until_it_is_given_again(store: Path) -> None:
    acknowledge(store, "ghost", "warning: on_hold", "Still typing", "dana")
    take_back(store, "ghost", "warning: on_hold", "lee")
    assert standing(store) == []
    acknowledge(store, "ghost", "warning: on_hold", "Cancelled by phone", "lee")
    assert standing(store) == [("ghost", "warning: on_hold", "Cancelled by phone", "lee")]


def test_rows_are_never_changed_nor_deleted(store: Path) -> None:
    acknowledge(store, "ghost", "warning", "Looked at", "dana")
    with sqlite3.connect(store) as connection:
        for change in ("update acknowledgements set note = ''", "delete from acknowledgements"):
            with pytest.raises(sqlite3.IntegrityError, match="never"):
                connection.execute(change)
    assert standing(store) == [("ghost", "warning", "Looked at", "dana")]


@pytest.mark.parametrize("note", ["", "  \n ", "x" * 501])
def test_a_note_says_something_and_is_short(store: Path, note: str) -> None:
    with pytest.raises(UsageError):
        acknowledge(store, "ghost", "warning", note, "dana")
    assert not store.exists()


def test_a_store_that_cannot_be_read_is_reported_and_hides_nothing(store: Path) -> None:
    store.write_bytes(b"not a database" * 100)
    with pytest.raises(AcknowledgementsUnreadable, match="all exceptions are shown"):
        current_acknowledgements(store)


def test_who_only_looks_makes_no_store(store: Path) -> None:
    assert current_acknowledgements(store) == []
    assert not store.exists()
