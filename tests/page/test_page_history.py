"""Back and forward show the view that the address names, and one click is one entry of the browser's history."""

from __future__ import annotations

from datetime import timedelta

import pytest
from looking import badge, choose, choose_first_row, figure, panel, search, title
from page_process import DATES, Served
from playwright.sync_api import Page, expect
from published_bill import Bill
from published_folder import Business, PublishedFolder

HOSTILE = "<img src=x onerror=alert(1)> **bold**"


@pytest.fixture
def bill(folder: PublishedFolder, business: Business) -> Bill:
    business.bill = Bill.small(business.today)
    folder.publish(business)
    return business.bill


def entries(tab: Page) -> int:
    """The entries of the tab's history."""
    return int(tab.evaluate("history.length"))


def test_back_and_forward_show_the_week_and_the_product_of_the_address(
    tab: Page, served: Served, bill: Bill
) -> None:
    tab.goto(f"{served.url}/weekly")
    shown, before = panel(tab, "Week"), bill.week - timedelta(weeks=1)
    expect(badge(shown, "Closed")).to_be_visible()
    begun = entries(tab)
    choose(shown, "Week", DATES.week(before))
    expect(badge(shown, "Open")).to_be_visible()
    choose_first_row(shown)
    expect(shown.get_by_text("No units of 17612 were shipped in this week.")).to_be_visible()
    assert entries(tab) == begun + 2
    tab.go_back()
    expect(shown.get_by_text("Select a product to see its shipments.")).to_be_visible()
    expect(badge(shown, "Open")).to_be_visible()
    tab.go_back()
    expect(badge(shown, "Closed")).to_be_visible()
    expect(shown.get_by_label("Week", exact=True)).to_have_value(f"{DATES.week(bill.week)}, closed")
    tab.go_forward()
    expect(badge(shown, "Open")).to_be_visible()
    tab.go_forward()
    expect(shown.get_by_text("No units of 17612 were shipped in this week.")).to_be_visible()


@pytest.mark.long
def test_an_order_that_is_opened_from_a_day_is_one_entry_and_back_shows_the_day(
    tab: Page, served: Served, bill: Bill
) -> None:
    tab.goto(f"{served.url}/charges?month={bill.month:%Y-%m}")
    days = panel(tab, f"Days of {DATES.month(bill.month)}")
    choose_first_row(days)
    expect(days.get_by_text(f"3 lines for {DATES.day(bill.month)}")).to_be_visible()
    day, begun = tab.url, entries(tab)
    choose_first_row(days, 1)
    expect(title(tab, "Order 671825")).to_be_visible()
    assert (tab.url, entries(tab)) == (f"{served.url}/orders?id=1", begun + 1)
    tab.go_back()
    expect(days.get_by_text(f"3 lines for {DATES.day(bill.month)}")).to_be_visible()
    assert tab.url == day
    tab.go_forward()
    expect(title(tab, "Order 671825")).to_be_visible()


@pytest.mark.long
@pytest.mark.usefixtures("published")
def test_searches_lots_and_products_are_entries_too(tab: Page, served: Served) -> None:
    tab.goto(f"{served.url}/lot-recall")
    begun = entries(tab)
    for number, units in (("240901", "4"), ("250300", "5")):
        search(tab, "Lot number", number)
        expect(figure(tab, "Units shipped")).to_have_text(units)
    assert entries(tab) == begun + 2
    tab.go_back()
    expect(figure(tab, "Units shipped")).to_have_text("4")
    expect(tab.get_by_label("Lot number", exact=True)).to_have_value("240901")

    tab.goto(f"{served.url}/inventory")
    for sku, moved in (("17904 Travel Kit", "1 movement"), ("17612 PT Kit", "2 movements")):
        tab.get_by_role("radio", name=sku).click()
        expect(tab.get_by_text(f"{moved}:")).to_be_visible()
    tab.go_back()
    expect(tab.get_by_text("1 movement:")).to_be_visible()
    expect(tab.get_by_role("radio", name="17904 Travel Kit")).to_be_checked()

    tab.goto(f"{served.url}/orders")
    search(tab, "Find", "6718")
    expect(tab.get_by_text("2 orders, newest first")).to_be_visible()
    choose_first_row(panel(tab, "Search"))
    expect(panel(tab, "One order")).to_be_visible()
    tab.go_back()
    expect(tab.get_by_text("2 orders, newest first")).to_be_visible()
    tab.go_back()
    expect(tab.get_by_text("4 orders, newest first")).to_be_visible()
    expect(tab.get_by_label("Find", exact=True)).to_have_value("")


@pytest.mark.long
def test_a_week_or_month_in_the_address_that_is_not_there_is_said(tab: Page, served: Served, bill: Bill) -> None:
    other = DATES.week(bill.week - timedelta(weeks=1))
    for path, label in (("charges?month", "month"), ("weekly?week", "week")):
        for asked in ("2031-13-99", HOSTILE):
            tab.goto(f"{served.url}/{path}={asked}")
            expect(tab.get_by_text(f'There is no {label} "{asked}" here.')).to_be_visible()
    choose(panel(tab, "Week"), "Week", other)
    expect(tab.get_by_text("There is no week")).to_have_count(0)
