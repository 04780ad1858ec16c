"""A week's report: which week, closed or not, its lines, and the shipments behind them."""

from __future__ import annotations

import re
from datetime import timedelta

import pypdfium2 as pdfium
import pytest
import workshop
from looking import badge, cells, choose_first_row, download, panel, printed_text, title, workbook_texts
from page_process import Served
from playwright.sync_api import Page, expect
from published_bill import Bill
from published_folder import LONG_AGO, Business, PublishedFolder

from workflows.config.periods import period_of
from workflows.reports.report_archive import make_reports

HOSTILE = "=1+1<img src=x onerror=alert(1)>"


@pytest.fixture
def bill(business: Business) -> Bill:
    business.bill = Bill.small(business.today)
    return business.bill


def test_the_newest_week_is_shown_with_its_lines_its_chart_and_that_it_is_closed(
    tab: Page, served: Served, folder: PublishedFolder, business: Business
) -> None:
    business.bill = Bill.small(business.today)
    folder.publish(business)
    tab.goto(f"{served.url}/weekly")
    week = panel(tab, "Week")
    expect(badge(week, "Closed")).to_be_visible()
    expect(week.get_by_text("by dana <b>, version 2")).to_be_visible()
    expect(cells(week)).to_contain_text(["17612", "● Critical", "PT Kit", "120", "2", "24", "12", "140.25", "5.9"])
    expect(cells(week)).to_contain_text(["Total", "584", "11", "56", "12", "149.25"])
    expect(tab.get_by_role("heading", name="Units shipped by week")).to_be_visible()
    expect(tab.locator("svg.marks")).to_be_visible()


def test_another_week_can_be_picked_and_shared_and_tells_that_it_is_open(
    tab: Page, served: Served, folder: PublishedFolder, business: Business, bill: Bill
) -> None:
    folder.publish(business)
    tab.goto(f"{served.url}/weekly?week={bill.week - timedelta(weeks=1)}")
    week = panel(tab, "Week")
    expect(badge(week, "Open")).to_be_visible()
    tab.get_by_label("Week", exact=True).click()
    tab.get_by_role("option", name="closed").click()
    expect(badge(week, "Closed")).to_be_visible()
    assert "week=" not in tab.url, "the newest week needs no name"


@pytest.mark.long
def test_a_line_opens_its_shipments_and_a_shipment_its_order(
    tab: Page, served: Served, folder: PublishedFolder, business: Business, bill: Bill
) -> None:
    business.orders.append((7, HOSTILE, "shipped", bill.week, bill.week))
    business.items.append(("w", 71, 7, bill.week + timedelta(days=6), HOSTILE, "17612", "250300", "fifo", 12))
    business.items.append(("v", 72, 7, bill.week + timedelta(days=7), "17612", "17612", "250300", "fifo", 9))
    folder.publish(business)
    tab.goto(f"{served.url}/weekly")
    week = panel(tab, "Week")
    choose_first_row(week)
    expect(week.get_by_text("12 units of 17612 shipped")).to_be_visible()
    assert tab.url.endswith("sku=17612")
    expect(cells(week, 1)).to_contain_text([HOSTILE, "71", "oldest lot", "12"])
    choose_first_row(week, 1)
    expect(title(tab, f"Order {HOSTILE}")).to_be_visible()


def test_a_line_without_shipments_says_so(
    tab: Page, served: Served, folder: PublishedFolder, business: Business
) -> None:
    business.bill = Bill.small(business.today)
    folder.publish(business)
    tab.goto(f"{served.url}/weekly?sku=17904")
    expect(panel(tab, "Week").get_by_text("No units of 17904 were shipped in this week.")).to_be_visible()


def test_before_the_first_complete_week_it_says_when_there_will_be_one(
    tab: Page, served: Served, folder: PublishedFolder, business: Business
) -> None:
    folder.publish(business)
    tab.goto(f"{served.url}/weekly")
    expect(tab.get_by_text("No complete week yet")).to_be_visible()


def test_the_week_as_pdf_and_workbook_is_the_report_of_the_snapshot_shown(
    tab: Page, served: Served, folder: PublishedFolder, business: Business, bill: Bill
) -> None:
    version = folder.publish(business)
    tab.goto(f"{served.url}/weekly")
    printed = download(tab, "PDF")
    assert "Weekly Inventory Report" in printed_text(printed)
    assert version.name in printed_text(printed)
    assert printed.name.endswith(f"week-{bill.week}.pdf")
    assert "PT Kit" in workbook_texts(download(tab, "XLSX"))


def test_a_closed_week_gives_the_files_of_its_close_byte_for_byte_and_says_what_has_changed_since(
    tab: Page, served: Served, folder: PublishedFolder, business: Business, bill: Bill
) -> None:
    settings, week = workshop.settings_of(served.home), period_of("eow", bill.week)
    made = make_reports(settings, "eow", bill.week, folder.publish(business), 2)
    workshop.record(settings, week, orders=0, units=0)
    business.items.append(("w", 71, LONG_AGO, bill.week, "17612", "17612", "250300", "fifo", 12))
    folder.publish(business)
    tab.goto(f"{served.url}/weekly?week={bill.week}")
    expect(tab.get_by_text("12 units more since the close.")).to_be_visible()
    expect(tab.get_by_text("PDF and XLSX are the files of the close")).to_be_visible()
    for file in made:
        offered = download(tab, file.suffix[1:].upper())
        assert offered.name.endswith(file.name)
        assert offered.read_bytes() == file.read_bytes()


def test_a_closed_week_whose_files_are_gone_says_on_each_page_that_its_figures_are_later(
    tab: Page, served: Served, folder: PublishedFolder, business: Business, bill: Bill
) -> None:
    folder.publish(business)
    workshop.record(workshop.settings_of(served.home), period_of("eow", bill.week), orders=1_234, units=1)
    tab.goto(f"{served.url}/weekly?week={bill.week}")
    expect(tab.get_by_text("The files of the close are not in the archive.")).to_be_visible()
    with pdfium.PdfDocument(download(tab, "PDF")) as printed:
        pages = [page.get_textpage().get_text_range() for page in printed]
    notices = [
        re.search(r"Figures as of .* closed on Jan 2, 2026 with 1,234 orders and 1 unit", one) for one in pages
    ]
    assert notices
    assert all(notices), pages
    assert any("Figures as of" in str(text) for text in workbook_texts(download(tab, "XLSX")))


def test_the_week_as_csv_has_the_lines_of_the_page(
    tab: Page, served: Served, folder: PublishedFolder, business: Business, bill: Bill
) -> None:
    folder.publish(business)
    tab.goto(f"{served.url}/weekly")
    file = download(tab, "CSV")
    assert file.name.endswith(f"shipledger-week-{bill.week}.csv")
    lines = file.read_text("utf-8-sig").splitlines()
    assert lines[1].startswith("critical,PT Kit,17612,120,2,24,12,140.25,5.9,")
