"""Orders are found by what is printed on them, and one order shows all that happened to it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from looking import cells, expect_orders, panel, search, title
from page_process import Served
from playwright.sync_api import Page, expect
from published_folder import Business, PublishedFolder

HOSTILE_NUMBER = "<img src=x onerror=alert(1)>"
HOSTILE_SKU = "=cmd|' /C calc'!A0 **b** <script>alert(2)</script>"


pytestmark = pytest.mark.usefixtures("published")


def test_one_field_finds_by_number_tracking_number_sku_and_lot(tab: Page, served: Served) -> None:
    tab.goto(f"{served.url}/orders")
    for text, found in ((" 6718 ", "2 orders"), ("94", "2 orders"), ("17612", "2 orders"), ("17904", "1 order")):
        search(tab, "Find", text)
        if found == "1 order":
            expect(title(tab, "Order 671826")).to_be_visible()
        else:
            expect_orders(tab, found)
    search(tab, "Find", "%")
    expect(tab.get_by_text("No order matches.")).to_be_visible()


def test_a_single_hit_opens_and_the_way_back_leads_to_all(tab: Page, served: Served) -> None:
    tab.goto(f"{served.url}/orders")
    for text in ("671826", "94 00 20", "99100", "17904 - 240901"):
        search(tab, "Find", text)
        expect(title(tab, "Order 671826")).to_be_visible()
        tab.get_by_role("button", name="Back to the results").click()
        expect_orders(tab, "4 orders")


@pytest.mark.long
def test_a_search_can_be_shared_by_its_address(tab: Page, served: Served, business: Business) -> None:
    tab.goto(f"{served.url}/orders?find=6718&state=shipped")
    expect_orders(tab, "2 orders")
    expect(tab.get_by_label("Find", exact=True)).to_have_value("6718")
    tab.goto(f"{served.url}/orders?state=open")
    expect_orders(tab, "1 order")
    yesterday = business.today - timedelta(days=1)
    tab.goto(f"{served.url}/orders?day_from={yesterday}&day_to={yesterday}")
    expect_orders(tab, "2 orders")
    tab.get_by_role("radio", name="Shipped").click()
    expect_orders(tab, "1 order")
    assert "by_day=shipped" in tab.url


def test_a_day_can_be_typed(tab: Page, served: Served, business: Business) -> None:
    tab.goto(f"{served.url}/orders")
    expect_orders(tab, "4 orders")
    tab.get_by_role("spinbutton", name="month, From").click()
    tab.keyboard.type(business.today.strftime("%m%d%Y"))
    tab.get_by_role("heading", name="Orders", exact=True).click()
    expect_orders(tab, "1 order")


def test_a_span_of_days_that_ends_before_it_begins_is_reported(
    tab: Page, served: Served, business: Business
) -> None:
    tab.goto(f"{served.url}/orders?day_from={business.today}&day_to={business.today.year - 1}-01-31")
    expect(tab.get_by_text("The last date is before the first.")).to_be_visible()


def test_an_order_tells_its_whole_story(tab: Page, served: Served) -> None:
    tab.goto(f"{served.url}/orders?find=671826")
    expect(title(tab, "Order 671826")).to_be_visible()
    expect(tab).to_have_title("Order 671826 · Shipledger")
    order = panel(tab, "One order")
    link = order.get_by_role("link", name="Open in ShipStation")
    expect(link).to_have_attribute("href", re.compile("^https://ship.shipstation.com/.*quickSearch=671826$"))
    sold, counted, packages, charges, story = (cells(order, at) for at in (0, 1, 2, 3, 4))
    expect(sold).to_contain_text(["17904", "3", "32.5"])
    expect(counted).to_contain_text(["21", "oldest lot", "3", "22"])
    expect(packages).to_contain_text(["voided", "940020", "Stamps.com", "USPS Priority", "counted", "94002"])
    expect(order.get_by_test_id("stText").get_by_text("Stamps.com", exact=True)).to_have_count(1)
    expect(charges).to_contain_text(["Order, on its first ship date", "1", "Handling", "4", "Postage"])
    expect(order.get_by_text("a day is billed once it has ended")).to_be_visible()
    # Twenty hours ago may be yesterday, when the order left, or today.
    expect(story).to_contain_text(["Voided: 940020"])
    expect(story).to_contain_text(["Shipped: 5 units in 2 packages", "Label bought, 940020", "Exception: SKU"])


@pytest.mark.long
def test_an_order_has_an_address_of_its_own_and_a_new_search_leaves_it(tab: Page, served: Served) -> None:
    tab.goto(f"{served.url}/orders?id=1")
    order = panel(tab, "One order")
    expect(title(tab, "Order 671825")).to_be_visible()
    expect(cells(order, 3)).to_contain_text(["17612", "250300", "-5", "-5"])
    search(tab, "Find", "6718")
    expect_orders(tab, "2 orders")
    for nobody in ("99", "abc", "9" * 30):
        tab.goto(f"{served.url}/orders?id={nobody}")
        expect(tab.get_by_text("This order is not in the snapshot.")).to_be_visible()


def test_html_and_formulas_in_data_are_shown_as_text(
    tab: Page, served: Served, folder: PublishedFolder, business: Business
) -> None:
    business.orders.append((9, HOSTILE_NUMBER, "shipped", business.today, business.today))
    business.items.append(("x", 91, 9, business.today, HOSTILE_SKU, None, None, "unassigned", 1))
    business.labels.append((91, 9, business.today, HOSTILE_NUMBER, None))
    folder.publish(business)
    tab.goto(f"{served.url}/orders")
    expect(cells(tab)).to_contain_text([HOSTILE_NUMBER])
    with tab.expect_download() as download:
        tab.get_by_role("button", name="CSV").click()
    assert f"'{HOSTILE_SKU}" in download.value.path().read_text("utf-8-sig")
    search(tab, "Find", "onerror")
    expect(title(tab, f"Order {HOSTILE_NUMBER}")).to_be_visible()
    order = panel(tab, "One order")
    expect(cells(order, 0)).to_contain_text([HOSTILE_SKU])
    assert tab.locator("img[src=x]").count() == 0


@pytest.mark.long
def test_pages_of_orders_can_be_turned(
    tab: Page, served: Served, folder: PublishedFolder, business: Business
) -> None:
    business.orders.extend((500 + at, f"7{at:05}", "shipped", business.today, None) for at in range(146))
    folder.publish(business)
    tab.goto(f"{served.url}/orders")
    expect(tab.get_by_text("1 to 100 of 150 orders, newest first")).to_be_visible()
    tab.get_by_role("button", name="Next").click()
    expect(tab.get_by_text("101 to 150 of 150 orders, newest first")).to_be_visible()
    expect(tab.get_by_role("button", name="Next")).to_be_disabled()
    search(tab, "Find", "6718")
    expect_orders(tab, "2 orders")
