"""Operators count: blind, by fields or scanner, against what the ledger and the entries since it expect."""

from __future__ import annotations

from datetime import date

import pytest
from entering import enter, entries, fill, open_entry_form
from looking import cells, panel, stand_still
from page_process import Served
from playwright.sync_api import Page, expect
from published_folder import Business, PublishedFolder

pytestmark = pytest.mark.usefixtures("published")


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
    # The second count is blind, too: neither the stock, nor the first count, nor the difference.
    expect(shelf.get_by_test_id("stDataFrame")).to_have_count(0)
    assert not [number for number in ("1014", "1,014", "90", "924") if number in shelf.inner_text()]
    shelf.get_by_label("Lot 250300, again").fill("1011")
    shelf.get_by_role("button", name="Save the second count").click()
    expect(cells(shelf)).to_contain_text(["250300", "90", "1011", "1011", "1014", "0", "1014", "-3", "▲ differs"])
    shelf.get_by_role("button", name="Book the count").dblclick()
    expect(shelf.get_by_text("1 with a difference (-3 units)")).to_be_visible()
    assert [row[:6] for row in entries(served)] == [("count", "17612", "250300", -3, "count", "first count 90")]


def test_a_count_knows_what_was_entered_since_the_snapshot(tab: Page, served: Served) -> None:
    form = open_entry_form(tab, served)
    fill(form, "17904 Travel Kit", "240901", 40)
    form.get_by_role("button", name="Enter the receipt").click()
    expect(form.get_by_text("Received: 40 units")).to_be_visible()
    tab.get_by_role("link", name="Count").click()
    shelf = panel(tab, "Count stock")
    shelf.get_by_role("button", name="17904 Travel Kit").click()
    shelf.get_by_label("Lot 240901").fill("136")
    shelf.get_by_role("button", name="Compare with expected stock").click()
    expect(shelf.get_by_text("no differences, and the product's total agrees.")).to_be_visible()
    expect(cells(shelf)).to_contain_text(["240901", "136", "96", "40", "136", "0", "✓ agrees"])


@pytest.mark.long
def test_a_count_of_lots_alone_does_not_agree_and_units_without_a_lot_are_booked_with_the_products_total(
    tab: Page, served: Served, today: date
) -> None:
    enter(served, "receive", 48, today)
    tab.goto(f"{served.url}/count")
    shelf = panel(tab, "Count stock")
    shelf.get_by_role("button", name="17612 PT Kit").click()
    shelf.get_by_label("Lot 250300").fill("1014")
    shelf.get_by_role("button", name="Compare with expected stock").click()
    expect(shelf.get_by_text("Other lots have not been counted")).to_be_visible()
    expect(cells(shelf)).to_contain_text(["250300", "✓ agrees", "Product", "not compared"])
    assert not [
        number for number in ("48", "1062", "1,062") if number in " ".join(cells(shelf).all_text_contents())
    ]
    shelf.get_by_role("button", name="Back, to count more of it").click()
    expect(shelf.get_by_label("Lot 250300")).to_be_disabled()
    shelf.get_by_label("Units without a lot").fill("50")
    shelf.get_by_role("button", name="Compare with expected stock").click()
    expect(cells(shelf)).to_contain_text(["without a lot", "50", "48", "2", "Product", "1064", "1062", "2"])
    shelf.get_by_role("button", name="Book the count").click()
    expect(shelf.get_by_text("1 with a difference (+2 units)")).to_be_visible()
    assert [row[:4] for row in entries(served)[1:]] == [
        ("count", "17612", "250300", 0),
        ("count", "17612", None, 2),
    ]


def test_a_lot_nobody_knows_is_refused_before_anything_is_booked(tab: Page, served: Served) -> None:
    tab.goto(f"{served.url}/count")
    shelf = panel(tab, "Count stock")
    shelf.get_by_role("button", name="17612 PT Kit").click()
    shelf.get_by_label("Another lot on the shelf").fill("999999")
    shelf.get_by_label("Its units in all").fill("5")
    shelf.get_by_role("button", name="Compare with expected stock").click()
    expect(shelf.get_by_text("No lot 999999 of 17612 is known.")).to_be_visible()
    assert entries(served) == []


def test_a_scanner_selects_the_fields_of_a_lot_and_says_what_it_does_not_know(
    tab: Page, served: Served, folder: PublishedFolder, business: Business
) -> None:
    business.per_pallet = 48
    folder.publish(business)
    tab.goto(f"{served.url}/count")
    shelf = panel(tab, "Count stock")
    shelf.get_by_role("button", name="17612 PT Kit").click()
    scanner = shelf.get_by_label("Scan a lot", exact=True)
    pallets, loose = (shelf.get_by_label(f"Lot 250300: {what}") for what in ("pallets of 48", "loose units"))
    scanner.click()
    for typed, said in (
        ("17612-260616", "No lot 260616 of 17612 is known."),
        ("17904-240901", "is a lot of 17904, but the entry is for 17612."),
        ("<b>wet</b>", "is not a lot number."),
    ):
        tab.keyboard.type(f"{typed}\n")
        expect(shelf.get_by_text(said)).to_be_visible()
        expect(scanner).to_have_value("")
        expect(scanner).to_be_focused()
    # What a scanner types, and then the person.
    tab.keyboard.type("17612-250300\n")
    expect(pallets).to_be_focused()
    tab.keyboard.type("21\n")
    expect(loose).to_be_focused()
    tab.keyboard.type("6\n")
    expect(scanner).to_be_focused()
    # An empty lot that has turned up has no field yet.
    tab.keyboard.type("17612 - 250111\n")
    found = shelf.get_by_label("Lot 250111: pallets of 48")
    expect(found).to_be_focused()
    stand_still(tab)
    # A browser that moves a field takes the focus from it.
    found.evaluate("field => field.parentElement.replaceChildren(...field.parentElement.children)")
    expect(found).to_be_focused()
    tab.keyboard.press("Enter")
    expect(shelf.get_by_label("Lot 250111: loose units")).to_be_focused()
    tab.keyboard.type("0\n")
    expect(scanner).to_be_focused()
    shelf.get_by_role("button", name="Compare with expected stock").click()
    expect(cells(shelf)).to_contain_text(["250300", "1014", "1014", "250111", "0", "Product"])
    shelf.get_by_role("button", name="Book the count").click()
    expect(shelf.get_by_text("2 counts, 0 with a difference (+0 units)")).to_be_visible()
    assert [row[:4] for row in entries(served)] == [
        ("count", "17612", "250300", 0),
        ("count", "17612", "250111", 0),
    ]
