"""Operators enter receipts, adjustments and counts: judged as on the command line, recorded once, blind."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from looking import cells, choose, panel
from page_process import Served
from playwright.sync_api import Page, expect
from published_folder import Business, PublishedFolder

NOTE = '<b>wet</b> =1+1 "box"'


pytestmark = pytest.mark.usefixtures("published")


def entries(served: Served) -> list[tuple[Any, ...]]:
    """What the operations database holds: type, SKU, lot, units, reason, note, actor."""
    with closing(sqlite3.connect(served.home / "operations.sqlite")) as connection:
        if not connection.execute("select name from sqlite_master where name = 'entries'").fetchall():
            return []
        return connection.execute(
            "select entry_type, sku_code, lot_number, quantity, reason, note, actor from entries order by seq"
        ).fetchall()


def be(tab: Page, name: str) -> None:
    """Give the page a name to record."""
    tab.get_by_test_id("stPopoverButton").first.click()
    tab.get_by_label("Your name, recorded with your actions").fill(name)
    tab.keyboard.press("Enter")
    tab.keyboard.press("Escape")
    expect(tab.get_by_label("Your name, recorded with your actions")).to_have_count(0)
    expect(tab.get_by_test_id("stPopoverButton").first).to_contain_text(name)


def open_entry_form(tab: Page, served: Served) -> Any:
    tab.goto(f"{served.url}/inventory")
    form = panel(tab, "Enter a receipt or an adjustment")
    expect(form.get_by_label("Lot", exact=True)).to_be_visible()
    return form


def test_a_receipt_is_recorded_once_with_its_actor_though_the_button_is_clicked_twice(
    tab: Page, served: Served
) -> None:
    form = open_entry_form(tab, served)
    be(tab, "Dana D.")
    choose(form, "Product", "17612 PT Kit")
    form.get_by_label("Lot", exact=True).fill("260401")
    form.get_by_label("Units").fill("576")
    form.get_by_label("Note").fill(NOTE)
    form.get_by_role("button", name="Enter the receipt").dblclick()
    expect(form.get_by_text("Received: 576 units of 17612, lot 260401.")).to_be_visible()
    expected = ["Received", "17612", "260401", "576", NOTE, "Dana D.", "waiting for a sync"]
    expect(cells(form)).to_contain_text(expected)
    expect(form.get_by_label("Units")).to_have_count(1)
    expect(form.get_by_label("Units")).to_have_value("")
    assert entries(served) == [("receive", "17612", "260401", 576, None, NOTE, "Dana D.")]


def test_two_equal_receipts_are_two(tab: Page, served: Served) -> None:
    form = open_entry_form(tab, served)
    for recorded in (1, 2):
        choose(form, "Product", "17904 Travel Kit")
        form.get_by_label("Lot", exact=True).fill("260402")
        form.get_by_label("Units").fill("96")
        form.get_by_role("button", name="Enter the receipt").click()
        # The recorded form goes, and a blank one takes its place.
        expect(cells(form).get_by_text("96", exact=True)).to_have_count(recorded)
        expect(form.get_by_label("Units")).to_have_count(1)
    assert len(entries(served)) == 2


def test_an_adjustment_needs_a_reason_and_what_was_typed_stays(tab: Page, served: Served) -> None:
    form = open_entry_form(tab, served)
    form.get_by_role("radio", name="Adjust").click()
    expect(form.get_by_role("button", name="Enter the adjustment")).to_be_visible()
    choose(form, "Product", "17612 PT Kit")
    form.get_by_label("Lot", exact=True).fill("250300")
    form.get_by_label("Units (−6 for a loss)").fill("-6")
    form.get_by_role("button", name="Enter the adjustment").click()
    expect(form.get_by_text("Give a reason")).to_be_visible()
    assert entries(served) == []
    expect(form.get_by_label("Lot", exact=True)).to_have_value("250300")
    choose(form, "Reason", "Damaged")
    form.get_by_role("button", name="Enter the adjustment").click()
    expect(form.get_by_text("Adjusted down: 6 units of 17612, lot 250300.")).to_be_visible()
    assert [row[:5] for row in entries(served)] == [("adjust_down", "17612", "250300", 6, "Damaged")]


def test_what_is_typed_survives_a_new_snapshot(
    tab: Page, served: Served, folder: PublishedFolder, business: Business
) -> None:
    form = open_entry_form(tab, served)
    form.get_by_label("Note").fill("half a sentence")
    expect(panel(tab, "Lots").get_by_text("just now")).to_be_visible()
    business.as_of -= timedelta(hours=3)
    folder.publish(business)
    expect(panel(tab, "Lots").get_by_text("3 h ago")).to_be_visible()
    expect(form.get_by_label("Note")).to_have_value("half a sentence")
    expect(form.get_by_label("Note")).to_be_focused()


def test_a_count_is_blind_compares_recounts_what_differs_and_books_the_difference(
    tab: Page, served: Served
) -> None:
    tab.goto(f"{served.url}/count")
    shelf = panel(tab, "Count stock")
    shelf.get_by_role("button", name="17612 PT Kit").click()
    expect(shelf.get_by_label("Lot 250300")).to_be_visible()
    # The lot has 120; it was lot 250111 that is empty, and is not asked for.
    assert "120" not in shelf.inner_text()
    expect(shelf.get_by_label("Lot 250111")).to_have_count(0)
    shelf.get_by_label("Lot 250300").fill("90")
    shelf.get_by_role("button", name="Compare with expected stock").click()
    expect(shelf.get_by_text("please count again")).to_be_visible()
    expect(shelf.get_by_role("button", name="Book the count")).to_have_count(0)
    shelf.get_by_label("Lot 250300, again").fill("1011")
    shelf.get_by_role("button", name="Save the second count").click()
    expect(cells(shelf)).to_contain_text(["250300", "90", "1011", "1014", "0", "1014", "-3", "▲ differs"])
    shelf.get_by_role("button", name="Book the count").dblclick()
    expect(shelf.get_by_text("1 with a difference (-3 units)")).to_be_visible()
    assert [row[:6] for row in entries(served)] == [("count", "17612", "250300", -3, "count", "first count 90")]


def test_a_count_knows_what_was_entered_since_the_snapshot(tab: Page, served: Served) -> None:
    form = open_entry_form(tab, served)
    choose(form, "Product", "17904 Travel Kit")
    form.get_by_label("Lot", exact=True).fill("240901")
    form.get_by_label("Units").fill("40")
    form.get_by_role("button", name="Enter the receipt").click()
    expect(form.get_by_text("Received: 40 units")).to_be_visible()
    tab.get_by_role("link", name="Count").click()
    shelf = panel(tab, "Count stock")
    shelf.get_by_role("button", name="17904 Travel Kit").click()
    shelf.get_by_label("Lot 240901").fill("136")
    shelf.get_by_role("button", name="Compare with expected stock").click()
    expect(shelf.get_by_text("no differences")).to_be_visible()
    expect(cells(shelf)).to_contain_text(["240901", "136", "96", "40", "136", "0", "✓ agrees"])


def test_a_lot_nobody_knows_is_refused_before_anything_is_booked(tab: Page, served: Served) -> None:
    tab.goto(f"{served.url}/count")
    shelf = panel(tab, "Count stock")
    shelf.get_by_role("button", name="17612 PT Kit").click()
    shelf.get_by_label("Another lot on the shelf").fill("999999")
    shelf.get_by_label("Its units").fill("5")
    shelf.get_by_role("button", name="Compare with expected stock").click()
    expect(shelf.get_by_text("No lot 999999 of 17612 is known.")).to_be_visible()
    assert entries(served) == []
