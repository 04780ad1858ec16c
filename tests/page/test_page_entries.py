"""Operators enter receipts and adjustments: judged as on the command line, recorded once."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date, timedelta
from typing import Any

import pytest
from entering import enter, entries, fill, open_entry_form, type_day
from looking import cells, choose, choose_first_row, panel
from page_process import DATES, Served
from playwright.sync_api import Page, expect
from published_folder import Business, PublishedFolder

NOTE = '<b>wet</b> =1+1 "box"'


pytestmark = pytest.mark.usefixtures("published")


def be(tab: Page, name: str) -> None:
    """Give the page a name to record."""
    tab.get_by_test_id("stPopoverButton").first.click()
    tab.get_by_label("Your name, recorded with your actions").fill(name)
    tab.keyboard.press("Enter")
    tab.keyboard.press("Escape")
    expect(tab.get_by_label("Your name, recorded with your actions")).to_have_count(0)
    expect(tab.get_by_test_id("stPopoverButton").first).to_contain_text(name)


def test_a_receipt_is_recorded_once_with_its_actor_though_the_button_is_clicked_twice(
    tab: Page, served: Served
) -> None:
    form = open_entry_form(tab, served)
    be(tab, "Dana D.")
    fill(form, "17612 PT Kit", "260401", 576)
    form.get_by_label("Note").fill(NOTE)
    form.get_by_role("button", name="Enter the receipt").dblclick()
    expect(form.get_by_text("Received: 576 units of 17612, lot 260401.")).to_be_visible()
    expected = ["Received", "17612", "260401", "576", NOTE, "Dana D.", "waiting for a sync"]
    expect(cells(form)).to_contain_text(expected)
    expect(form.get_by_label("Units")).to_have_count(1)
    expect(form.get_by_label("Units")).to_have_value("")
    assert entries(served) == [("receive", "17612", "260401", 576, None, NOTE, "Dana D.")]


def expiry_dates(served: Served) -> list[tuple[Any, ...]]:
    """What the operations database has of lots: SKU, lot, expiry date, actor."""
    with closing(sqlite3.connect(served.home / "operations.sqlite")) as connection:
        return connection.execute(
            "select sku_code, lot_number, expires, actor from lot_states order by seq"
        ).fetchall()


def test_a_receipt_brings_its_lots_expiry_date_which_is_corrected_and_removed_on_its_own(
    tab: Page, served: Served, today: date
) -> None:
    form = open_entry_form(tab, served)
    be(tab, "Dana D.")
    fill(form, "17612 PT Kit", "260401", 576)
    first, second = date(today.year + 1, 6, 30), date(today.year + 11, 6, 30)
    type_day(form, "Lot expires, if kept", first)
    form.get_by_role("button", name="Enter the receipt").click()
    expires = f"576 units of 17612, lot 260401, which expires on {DATES.day(first)}."
    expect(form.get_by_text(expires)).to_be_visible()

    form.get_by_role("radio", name="Expiry date").click()
    save = form.get_by_role("button", name="Save the expiry date")
    expect(save).to_be_visible()
    fill(form, "17612 PT Kit", "17612 - 260401")
    save.click()
    expect(form.get_by_text("Enter the expiry date.")).to_be_visible()
    type_day(form, "Expires", date(2001, 1, 1))
    save.click()
    expect(
        form.get_by_text(f"is before the lot was received ({DATES.day(today)}). Check the year.")
    ).to_be_visible()
    type_day(form, "Expires", second)
    save.dblclick()
    expect(form.get_by_text(f"Lot 260401 of 17612 expires on {DATES.day(second)}.")).to_be_visible()
    fill(form, "17612 PT Kit", "260401")
    form.get_by_role("button", name="Remove the lot's date").click()
    expect(form.get_by_text("Lot 260401 of 17612 has no expiry date any more.")).to_be_visible()
    lot = ("17612", "260401")
    assert expiry_dates(served) == [(*lot, said, "Dana D.") for said in (f"{first}", f"{second}", "none")]


@pytest.mark.long
def test_two_equal_receipts_are_two(tab: Page, served: Served) -> None:
    form = open_entry_form(tab, served)
    for recorded in (1, 2):
        fill(form, "17904 Travel Kit", "260402", 96)
        form.get_by_role("button", name="Enter the receipt").click()
        # The recorded form goes, and a blank one takes its place.
        expect(cells(form).get_by_text("96", exact=True)).to_have_count(recorded)
        expect(form.get_by_label("Units")).to_have_count(1)
    assert len(entries(served)) == 2


@pytest.mark.long
def test_an_adjustment_needs_a_reason_and_what_was_typed_stays(tab: Page, served: Served) -> None:
    form = open_entry_form(tab, served)
    form.get_by_role("radio", name="Adjust").click()
    expect(form.get_by_role("button", name="Enter the adjustment")).to_be_visible()
    fill(form, "17612 PT Kit", "250300", 6)
    form.get_by_role("button", name="Enter the adjustment").click()
    expect(form.get_by_text("Choose whether the units were found or lost.")).to_be_visible()
    form.get_by_role("radio", name="Lost").click()
    form.get_by_role("button", name="Enter the adjustment").click()
    expect(form.get_by_text("Give a reason")).to_be_visible()
    assert entries(served) == []
    expect(form.get_by_label("Lot", exact=True)).to_have_value("250300")
    choose(form, "Reason", "Damaged")
    form.get_by_role("button", name="Enter the adjustment").click()
    expect(form.get_by_text("Adjusted down: 6 units of 17612, lot 250300.")).to_be_visible()
    assert [row[:5] for row in entries(served)] == [("adjust_down", "17612", "250300", 6, "Damaged")]


@pytest.mark.long
def test_what_is_typed_survives_a_new_snapshot(
    tab: Page, served: Served, folder: PublishedFolder, business: Business
) -> None:
    form = open_entry_form(tab, served)
    form.get_by_label("Note").fill("half a sentence")
    expect(form.get_by_text("just now")).to_be_visible()
    business.as_of -= timedelta(hours=3)
    folder.publish(business)
    expect(form.get_by_text("3 h ago")).to_be_visible()
    expect(form.get_by_label("Note")).to_have_value("half a sentence")
    expect(form.get_by_label("Note")).to_be_focused()


def test_a_count_and_a_receipt_in_progress_survive_reload_navigation_and_publication(
    tab: Page, served: Served, folder: PublishedFolder, business: Business
) -> None:
    tab.goto(f"{served.url}/count")
    shelf = panel(tab, "Count stock")
    shelf.get_by_role("button", name="17612 PT Kit").click()
    shelf.get_by_label("Lot 250300").fill("90")
    shelf.get_by_label("Another lot on the shelf").fill(NOTE)
    shelf.get_by_label("Its units in all").focus()
    expect(shelf.get_by_text("2 fields kept")).to_be_visible()
    tab.reload()
    expect(shelf.get_by_label("Lot 250300")).to_have_value("90")
    expect(shelf.get_by_label("Another lot on the shelf")).to_have_value(NOTE)
    business.as_of -= timedelta(hours=3)
    folder.publish(business)
    expect(shelf.get_by_text("3 h ago")).to_be_visible()
    expect(shelf.get_by_label("Lot 250300")).to_have_value("90")

    form = open_entry_form(tab, served)
    form.get_by_label("Units", exact=True).fill("576")
    form.get_by_label("Note").fill(NOTE)
    form.get_by_label("Lot", exact=True).focus()
    expect(form.get_by_text("2 fields kept")).to_be_visible()
    tab.reload()
    expect(form.get_by_text("In progress, not booked")).to_be_visible()
    form.get_by_role("button", name="Continue").click()
    # The blank form goes, and the other one takes its place.
    expect(form.get_by_label("Units", exact=True).first).to_have_value("576")
    expect(form.get_by_label("Note").first).to_have_value(NOTE)
    form.get_by_role("button", name="Cancel").click()
    expect(form.get_by_label("Units", exact=True).first).to_have_value("")
    expect(form.get_by_role("button", name="Cancel")).to_have_count(0)

    tab.get_by_role("link", name="Count").click()
    shelf.get_by_role("button", name="Continue").click()
    expect(shelf.get_by_label("Lot 250300")).to_have_value("90")
    shelf.get_by_role("button", name="Cancel").click()
    expect(shelf.get_by_text("Choose the product to count.")).to_be_visible()
    expect(shelf.get_by_text("In progress")).to_have_count(0)
    assert entries(served) == []


@pytest.mark.long
def test_units_out_of_proportion_are_asked_about_and_again_when_they_are_changed(
    tab: Page, served: Served
) -> None:
    form = open_entry_form(tab, served)
    choose(form, "Product", "17904 Travel Kit")
    form.get_by_label("Units", exact=True).fill("9600")
    enter_it = form.get_by_role("button", name="Enter the receipt")
    enter_it.click()
    asked = form.get_by_text("A receipt of 17904 usually has 96 units. This one has 9,600.")
    expect(asked).to_be_visible()
    form.get_by_label("Units", exact=True).fill("9700")
    enter_it.click()
    expect(form.get_by_text("This one has 9,700.")).to_be_visible()
    assert entries(served) == []
    confirmed = form.get_by_text("This is right", exact=True)
    expect(confirmed).to_have_count(1)
    confirmed.click()
    enter_it.click()
    expect(form.get_by_text("Received: 9,700 units of 17904.")).to_be_visible()

    form.get_by_role("radio", name="Adjust").click()
    expect(form.get_by_role("button", name="Enter the adjustment")).to_be_visible()
    expect(form.get_by_role("button", name="Enter the receipt")).to_have_count(0)
    fill(form, "17612 PT Kit", "250300")
    form.get_by_role("radio", name="Lost").click()
    form.get_by_label("Units").fill("2000")
    choose(form, "Reason", "Lost")
    form.get_by_role("button", name="Enter the adjustment").click()
    expect(
        form.get_by_text("By the ledger lot 250300 of 17612 has 1,014 units. This leaves -986.")
    ).to_be_visible()
    assert len(entries(served)) == 1


def test_an_entry_is_taken_back_once_by_another_with_a_reason(tab: Page, served: Served, today: date) -> None:
    enter(served, "receive", 48, today)
    form = open_entry_form(tab, served)
    choose_first_row(form)
    expect(form.get_by_text("takes back +48 units of 17612")).to_be_visible()
    take_back = form.get_by_role("button", name="Take back 48 units")
    take_back.click()
    expect(form.get_by_text("Give a reason")).to_be_visible()
    form.get_by_label("Reason", exact=True).fill(NOTE)
    take_back.dblclick()
    expect(form.get_by_text("This entry has been taken back by another one.")).to_be_visible()
    tab.reload()
    expect(form.get_by_text("This entry has been taken back by another one.")).to_be_visible()
    assert [row[:5] for row in entries(served)[1:]] == [("adjust_down", "17612", None, 48, NOTE)]
