"""A lot leads to everyone who has units of it, and every unit is accounted for or the page says so."""

from __future__ import annotations

import csv

import pytest
from looking import cells, choose_first_row, download, figure, panel, printed_text, search, title, workbook_texts
from page_process import Served
from playwright.sync_api import Page, expect
from published_folder import OPEN, SHIPPED_TODAY, TWO_PACKAGES, Business, PublishedFolder

HOSTILE = "=1+1 <img src=x onerror=alert(1)>"


def test_a_lot_number_leads_to_its_packages_and_a_package_to_its_order(
    tab: Page, served: Served, folder: PublishedFolder, business: Business
) -> None:
    business.recipients.append((TWO_PACKAGES, HOSTILE, "Bright Dental", "Tulsa", "OK", "74103", "US"))
    folder.publish(business)
    tab.goto(f"{served.url}/lot-recall")
    expect(tab.get_by_text("Enter the lot number that is printed on the goods.")).to_be_visible()
    search(tab, "Lot number", "240901")
    expect(figure(tab, "Units shipped")).to_have_text("4")
    expect(figure(tab, "Orders")).to_have_text("1")
    expect(figure(tab, "Packages")).to_have_text("2")
    packages = panel(tab, "Packages")
    expect(cells(packages)).to_contain_text(
        ["671826", "3", "oldest lot", HOSTILE, "Bright Dental", "Tulsa", "OK", "74103", "US", "94002"]
    )
    choose_first_row(packages)
    expect(title(tab, "Order 671826")).to_be_visible()


def test_of_several_lots_one_is_chosen_and_stays_in_the_address(
    tab: Page, served: Served, folder: PublishedFolder, business: Business
) -> None:
    folder.publish(business)
    tab.goto(f"{served.url}/lot-recall?number=250")
    expect(tab.get_by_text("Several lots match. Select one.")).to_be_visible()
    tab.goto(f"{served.url}/lot-recall?number=250&lot=17612-250300")
    expect(tab.get_by_role("heading", name="Recall of lot 250300")).to_be_visible()
    search(tab, "Lot number", "nothing")
    expect(tab.get_by_text("No lot with this number.")).to_be_visible()


def test_a_balance_that_does_not_add_up_is_shown_as_an_error(
    tab: Page, served: Served, folder: PublishedFolder, business: Business
) -> None:
    folder.publish(business)
    tab.goto(f"{served.url}/lot-recall?number=250300")
    recall = panel(tab, "Recall of lot 250300")
    # 1,019 opened, 5 shipped, and yet 120 on hand.
    expect(cells(recall)).to_contain_text(["Opening stock", "1019", "Shipped", "-5", "On hand", "120"])
    expect(recall.get_by_text("NOT balanced: units of this lot are not accounted for.")).to_be_visible()


@pytest.mark.long
def test_open_orders_that_name_the_lot_are_links_all_of_them_and_a_file(
    tab: Page, served: Served, folder: PublishedFolder, business: Business
) -> None:
    business.lines.append((OPEN, "17612 - 250300", "17612", "250300", 8))
    for order in range(60, 84):
        business.orders.append((order, f"{HOSTILE}{order}", "on_hold", business.today, None))
        business.lines.append((order, "17612 - 250300", "17612", "250300", 1))
    folder.publish(business)
    tab.goto(f"{served.url}/lot-recall")
    search(tab, "Lot number", " 17612 - 250300")
    recall = panel(tab, "Recall of lot 250300")
    expect(recall.get_by_text("8 of 25 in view; scroll for the rest.")).to_be_visible()
    stopped = list(csv.DictReader(download(recall, "CSV", last=True).read_text("utf-8-sig").splitlines()))
    assert (len(stopped), {row["Units"] for row in stopped}) == (25, {"1", "8"})
    assert f"'{HOSTILE}60" in {row["Order"] for row in stopped}
    expect(cells(recall, 1)).to_contain_text(
        [f"/orders?id={OPEN}", "100001", "8", "/orders?id=60", f"{HOSTILE}60"]
    )
    tab.goto(f"{served.url}/orders?id={OPEN}")
    expect(title(tab, "Order 100001")).to_be_visible()


def test_its_files_name_every_package_and_hold_no_formula(
    tab: Page, served: Served, folder: PublishedFolder, business: Business
) -> None:
    business.recipients.append((SHIPPED_TODAY, HOSTILE, "Bright Dental", "Tulsa", "OK", "74103", "US"))
    folder.publish(business)
    tab.goto(f"{served.url}/lot-recall?number=250300")
    recall = panel(tab, "Recall of lot 250300")
    printed = printed_text(download(recall, "PDF"))
    assert "Lot 250300 of 17612" in printed
    assert "671825" in printed
    [row] = csv.DictReader(download(recall, "CSV").read_text("utf-8-sig").splitlines())
    assert (row["consignee_name"], row["quantity"], row["tracking_number"]) == (f"'{HOSTILE}", "5", "94001")
    assert HOSTILE in workbook_texts(download(recall, "XLSX"))
