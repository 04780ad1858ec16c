"""Counts in progress, without a browser: what is booked, what several people type, what a count may show."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from published_folder import Business, PublishedFolder
from streamlit.testing.v1 import AppTest
from workshop import settings_of

from streamlit_app.data.formatted import plain
from workflows.config.settings import Settings
from workflows.entries.drafts import ENDED, begin_draft, end_draft, open_drafts
from workflows.entries.recording import EntryRequest, recent_entries, record_entry

Tab = Callable[..., AppTest]


def _view(name: str) -> None:
    import importlib

    from streamlit_app.data.snapshot_reader import current_snapshot
    from workflows.page_api import read_settings

    settings = read_settings()
    importlib.import_module(f"streamlit_app.views.{name}").show(settings, current_snapshot(settings))


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, business: Business) -> Settings:
    """A home with 1,014 units of 17612 in lot 250300 and 96 of 17904 in lot 240901."""
    monkeypatch.setenv("SHIPLEDGER_HOME", f"{tmp_path}")
    monkeypatch.setenv("SHIPLEDGER_USERS", f"{tmp_path / 'no-users.toml'}")
    PublishedFolder(tmp_path).publish(business)
    return settings_of(tmp_path)


@pytest.fixture
def open_tab() -> Tab:
    """Opens a view as a person, with parameters in its address."""

    def open_it(view: str = "count", person: str = "Ann", **address: str) -> AppTest:
        tab = AppTest.from_function(_view, args=(view,), default_timeout=60)
        tab.session_state["own_name"] = person
        for name, value in address.items():
            tab.query_params[name] = value
        return run(tab)

    return open_it


def run(tab: AppTest) -> AppTest:
    tab.run()
    assert not tab.exception
    return tab


def field(tab: AppTest, label: str) -> Any:
    """The field with a label."""
    return next(one for one in (*tab.number_input, *tab.text_input) if one.label == label)


def fill(tab: AppTest, **units: int | None) -> None:
    """Type units into the fields of lots, and leave each field."""
    for lot, number in units.items():
        field(tab, {"rest": "Units without a lot"}.get(lot, lot.replace("lot_", "Lot "))).set_value(number)
        run(tab)


def press(tab: AppTest, label: str) -> None:
    next(button for button in tab.button if button.label == label).click()
    run(tab)


def texts(tab: AppTest) -> str:
    """All that the view says outside of its fields."""
    said = (*tab.text, *tab.caption, *tab.error, *tab.info, *tab.success, *tab.warning)
    words = "\n".join(one.value for one in said).replace("\\", "")
    return "\n".join([words, *(table.value.to_csv() for table in tab.dataframe)])


def receive(settings: Settings, lot: str | None, units: int, sku: str = "17612") -> None:
    day = settings.today()
    record_entry(settings, EntryRequest("receive", sku, units, day, "Cleo", lot_number=lot))


def begin(tab: AppTest) -> str:
    """Begin a count of 17612; returns the draft's id."""
    press(tab, "17612 PT Kit")
    return f"{tab.query_params['count']}"


def test_units_that_arrived_in_another_lot_after_the_comparison_are_not_written_off(
    settings: Settings, open_tab: Tab
) -> None:
    tab = open_tab()
    begin(tab)
    fill(tab, lot_250300=1014, rest=0)
    press(tab, "Compare with expected stock")
    receive(settings, "260101", 30)
    press(tab, "Book the count")
    assert "count all of its lots, too" in texts(tab)
    assert [entry.entry_type for entry in recent_entries(settings)] == ["receive"]


def test_what_is_booked_or_cancelled_in_one_tab_does_not_come_back_from_another(
    settings: Settings, open_tab: Tab
) -> None:
    first = open_tab()
    second = open_tab(count=begin(first))
    press(first, "Cancel")
    fill(second, lot_250300=90)
    assert ENDED in texts(second)
    assert open_drafts(settings.operations, "count") == []
    assert "In progress" not in texts(open_tab())


def test_an_entry_that_ended_in_one_tab_does_not_come_back_from_another(settings: Settings, open_tab: Tab) -> None:
    first = open_tab("inventory", tab="entries")
    field(first, "Units").set_value(48)
    run(first)
    second = open_tab("inventory", tab="entries")
    press(second, "Continue")
    press(first, "Cancel")
    field(second, "Note").set_value("late")
    run(second)
    assert ENDED in texts(second)
    assert open_drafts(settings.operations, "receive") == []
    # The form is a new one.
    field(second, "Units").set_value(7)
    run(second)
    [draft] = open_drafts(settings.operations, "receive")
    assert draft.content["units"] == 7
    assert ENDED not in texts(second)


def test_a_draft_that_lacks_its_product_is_listed_and_can_be_discarded(settings: Settings, open_tab: Tab) -> None:
    begin_draft(settings.operations, "broken", "count", "Ann", **{"units 250300": 90})
    tab = open_tab()
    press(tab, "Continue")
    press(tab, "Discard")
    assert open_drafts(settings.operations, "count") == []


def test_two_people_count_one_product_and_neither_removes_what_the_other_typed(
    settings: Settings, open_tab: Tab
) -> None:
    receive(settings, None, 30)
    ann = open_tab()
    ben = open_tab(person="Ben", count=begin(ann))
    fill(ben, rest=30)
    fill(ann, lot_250300=1014)
    assert field(ann, "Units without a lot").value == 30
    press(ann, "Compare with expected stock")
    assert "no differences, and the product's total agrees." in texts(ann)


def test_a_field_that_somebody_else_filled_after_the_form_was_drawn_is_compared_too(
    settings: Settings, open_tab: Tab
) -> None:
    receive(settings, None, 30)
    ann = open_tab()
    draft_id = begin(ann)
    fill(ann, lot_250300=1014)
    fill(open_tab(person="Ben", count=draft_id), rest=30)
    press(ann, "Compare with expected stock")
    assert "no differences, and the product's total agrees." in texts(ann)


def test_a_count_shows_no_figure_of_what_was_not_counted_and_keeps_what_was(
    settings: Settings, open_tab: Tab
) -> None:
    receive(settings, None, 48)
    tab = open_tab()
    begin(tab)
    fill(tab, lot_250300=1000)
    press(tab, "Compare with expected stock")
    field(tab, "Lot 250300, again").set_value(1013)
    run(tab)
    press(tab, "Save the second count")
    assert "Other lots have not been counted, so the product's total is not compared." in texts(tab)
    assert [number for number in ("48", "1062", "1,062") if number in texts(tab)] == []
    press(tab, "Back, to count more of it")
    assert field(tab, "Lot 250300").disabled
    fill(tab, rest=48)
    press(tab, "Compare with expected stock")
    press(tab, "Book the count")
    assert [(entry.lot_number, entry.counted_quantity, entry.note) for entry in recent_entries(settings, 2)] == [
        (None, 1061, "48 without a lot"),
        ("250300", 1013, "first count 1000"),
    ]


def test_pallets_and_loose_units_are_counted_together_and_again_in_the_second_count(
    settings: Settings, open_tab: Tab, business: Business
) -> None:
    business.per_pallet = 48
    PublishedFolder(settings.home).publish(business)
    tab = open_tab()
    begin(tab)
    field(tab, "Lot 250300: pallets of 48").set_value(20)
    run(tab)
    assert "1 field kept" in texts(tab)
    press(tab, "Compare with expected stock")
    field(tab, "Lot 250300, again: pallets of 48").set_value(21)
    field(tab, "Lot 250300, again: loose units").set_value(4)
    run(tab)
    press(tab, "Save the second count")
    press(tab, "Book the count")
    [booked] = recent_entries(settings)
    assert (booked.counted_quantity, booked.quantity, booked.note) == (1012, -2, "first count 960")


def test_lots_with_stock_are_asked_for_before_those_below_zero(settings: Settings, open_tab: Tab) -> None:
    with duckdb.connect(str(settings.published / "current.duckdb")) as connection:
        connection.execute("""
            insert into marts.lot_inventory (lot_id, sku_code, lot_number, received_date, quantity_on_hand) values
                ('17612-240001', '17612', '240001', date '2024-01-05', -3),
                ('17612-240002', '17612', '240002', date '2024-01-06', 3)
        """)
    receive(settings, "260101", 30)
    tab = open_tab()
    begin(tab)
    lots = [one.label for one in tab.number_input if one.label.startswith("Lot ")]
    assert lots == ["Lot 250300", "Lot 240002", "Lot 260101", "Lot 240001"]


def test_a_count_begun_on_an_earlier_day_is_continued_for_that_day_or_starts_again_today(
    settings: Settings, open_tab: Tab
) -> None:
    today, before = settings.today(), settings.today() - timedelta(days=1)
    for draft_id in ("that day", "again"):
        typed = {"sku": "17612", "name": "17612 PT Kit", "day": f"{before}", "units 250300": 1019}
        begin_draft(settings.operations, draft_id, "count", "Ann", **typed)
    tab = open_tab(count="that day")
    assert not tab.number_input
    press(tab, f"Continue the count of {settings.dates.day(before)}")
    assert f"stock at the end of {settings.dates.day(before)}" in texts(tab)
    press(tab, "Compare with expected stock")
    press(tab, "Book the count")
    [booked] = recent_entries(settings)
    assert (booked.entry_date, booked.quantity) == (before, 0)
    # Somebody else's numbers are not removed by the way.
    press(open_tab(person="Ben", count="again"), f"Count again, for {settings.dates.day(today)}")
    [begun] = [draft for draft in open_drafts(settings.operations, "count") if draft.draft_id != "again"]
    end_draft(settings.operations, begun.draft_id)
    tab = open_tab(count="again")
    press(tab, f"Count again, for {settings.dates.day(today)}")
    assert field(tab, "Lot 250300").value is None
    assert f"stock at the end of {settings.dates.day(today)}" in texts(tab)
    [draft] = open_drafts(settings.operations, "count")
    assert draft.content["day"] == f"{today}"


def test_a_receipt_begun_on_one_day_is_for_that_day_when_it_is_continued_on_the_next(
    settings: Settings, open_tab: Tab
) -> None:
    tab = open_tab("inventory", tab="entries")
    field(tab, "Units").set_value(48)
    run(tab)
    [draft] = open_drafts(settings.operations, "receive")
    assert draft.content == {"units": 48, "day": f"{settings.today()}"}
    assert f"1 field kept, for {settings.dates.day(settings.today())}" in texts(tab)


def _two_fields() -> None:
    import streamlit as st

    from streamlit_app.components.drafts import DraftFields
    from workflows.page_api import read_settings

    fields = DraftFields(read_settings(), "receive", "one", {}, {"day": "2026-11-20"})
    fields.keep(units=48)
    # What an interrupted run put into the session may be lost.
    del st.session_state["begun one"]
    fields.keep(lot="260401")


def test_a_draft_goes_on_though_the_session_lost_that_it_was_begun(settings: Settings) -> None:
    run(AppTest.from_function(_two_fields, default_timeout=60))
    [draft] = open_drafts(settings.operations, "receive")
    assert draft.content == {"day": "2026-11-20", "units": 48, "lot": "260401"}


def test_an_adjustment_begun_with_a_sign_goes_on_as_found_or_lost(settings: Settings, open_tab: Tab) -> None:
    typed = {"sku": "17612", "lot": "250300", "units": -6, "reason": "Damaged", "day": f"{settings.today()}"}
    begin_draft(settings.operations, "begun before", "adjust", "Ann", **typed)
    tab = open_tab("inventory", tab="entries")
    press(tab, "Continue")
    assert field(tab, "Units").value == 6
    press(tab, "Enter the adjustment")
    [booked] = recent_entries(settings)
    assert (booked.entry_type, booked.quantity) == ("adjust_down", 6)


def test_a_draft_of_somebody_else_is_discarded_only_after_it_was_said_whose_it_is(
    settings: Settings, open_tab: Tab
) -> None:
    draft_id = begin(open_tab())
    for tab, discard in ((open_tab(person="Ben"), "Discard"), (open_tab(person="Ben", count=draft_id), "Cancel")):
        assert discard not in [button.label for button in tab.button]
        assert "Ann changed this last, just now. It is removed for everyone." in texts(tab)
    press(tab, "Remove it")
    assert open_drafts(settings.operations, "count") == []


def test_lots_that_were_entered_since_the_snapshot_are_asked_for(settings: Settings, open_tab: Tab) -> None:
    for lot in ("260101", "260102"):
        receive(settings, lot, 30)
    tab = open_tab()
    begin(tab)
    fill(tab, lot_250300=1014, lot_260101=30, lot_260102=30, rest=0)
    press(tab, "Compare with expected stock")
    assert "no differences, and the product's total agrees." in texts(tab)


@pytest.mark.parametrize("asked", ["1990-01-01", "2999-01-01", "yesterday"])
def test_a_day_of_an_address_that_cannot_be_chosen_is_named(settings: Settings, open_tab: Tab, asked: str) -> None:
    del settings
    warned = open_tab("inventory", movement_from=asked).warning
    assert [plain(asked) in one.value for one in warned] == [True]
