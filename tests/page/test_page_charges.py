"""A month's bill: its figures, closed or not, the labels behind a day and a service, and what was restated."""

from __future__ import annotations

from datetime import timedelta

import pytest
import workshop
from looking import badge, cells, choose_first_row, download, figure, panel, printed_text, title, workbook_texts
from page_process import DATES, Served
from playwright.sync_api import Page, expect
from published_bill import Bill
from published_folder import Business, PublishedFolder

from workflows.config.periods import period_of
from workflows.reports.report_archive import make_reports

HOSTILE = "=HYPERLINK(1)<script>alert(1)</script>"


@pytest.fixture
def bill(business: Business) -> Bill:
    business.bill = Bill.small(business.today)
    return business.bill


def test_a_month_shows_its_total_and_its_days_and_that_it_is_closed(
    tab: Page, served: Served, folder: PublishedFolder, business: Business, bill: Bill
) -> None:
    folder.publish(business)
    tab.goto(f"{served.url}/charges?month={bill.month:%Y-%m}")
    expect(badge(panel(tab, "Month"), "Closed")).to_be_visible()
    expect(figure(tab, "Total")).to_have_text("$43.60")
    expect(figure(tab, "Postage")).to_have_text("$25.35")
    expect(figure(tab, "Restated")).to_have_text("-$5.25")
    days = panel(tab, f"Days of {DATES.month(bill.month)}")
    expect(cells(days)).to_contain_text(["2", "3", "8", "10", "8.5", "6", "4.5", "25.35", "44.35"])
    expect(cells(days)).to_contain_text(["Total", "2", "3", "8", "20", "8.5", "6", "9", "25.35", "48.85"])
    tiles = [figure(tab, name) for name in ("Orders", "Handling", "Storage", "Postage", "Restated", "Total")]
    *parts, total = [float(tile.inner_text().replace("$", "")) for tile in tiles]
    assert sum(parts) == pytest.approx(total)
    expect(tab.locator("svg.marks")).to_be_visible()


def test_a_month_is_compared_with_the_one_before_and_the_same_month_of_last_year(
    tab: Page, served: Served, folder: PublishedFolder, business: Business, bill: Bill
) -> None:
    before = (bill.month - timedelta(days=1)).replace(day=1)
    year_before = bill.month.replace(year=bill.month.year - 1)
    bill.other_months = [before, year_before, before.replace(year=before.year - 1)]
    folder.publish(business)
    tab.goto(f"{served.url}/charges?month={bill.month:%Y-%m}")
    compared = panel(tab, "Month")
    expect(cells(compared)).to_contain_text(
        [DATES.month(bill.month), "43.6", DATES.month(before), "4", "17", "20", DATES.month(year_before), "20"]
    )
    expect(cells(compared).filter(has_text=DATES.month(bill.other_months[2]))).to_have_count(0)


@pytest.mark.long
def test_a_day_opens_its_labels_and_a_label_its_order(
    tab: Page, served: Served, folder: PublishedFolder, business: Business, bill: Bill
) -> None:
    folder.publish(business)
    tab.goto(f"{served.url}/charges")
    days = panel(tab, f"Days of {DATES.month(bill.month)}")
    choose_first_row(days)
    expect(days.get_by_text(f"3 lines for {DATES.day(bill.month)}")).to_be_visible()
    expect(cells(days, 1)).to_contain_text(["671825", "31", "17612:5", "8.45", "671826", "32", "671826", "33"])
    choose_first_row(days, 1)
    expect(title(tab, "Order 671825")).to_be_visible()


def test_a_day_of_storage_alone_says_so(
    tab: Page, served: Served, folder: PublishedFolder, business: Business, bill: Bill
) -> None:
    folder.publish(business)
    tab.goto(f"{served.url}/charges?day={bill.days[1][0]}")
    expect(tab.get_by_text("nothing was shipped. Storage is charged by the pallet")).to_be_visible()


def test_a_service_opens_its_labels(
    tab: Page, served: Served, folder: PublishedFolder, business: Business
) -> None:
    business.bill = Bill.small(business.today)
    folder.publish(business)
    tab.goto(f"{served.url}/charges")
    carriers = panel(tab, "Postage by carrier and service")
    choose_first_row(carriers)
    expect(carriers.get_by_text("3 lines for USPS Priority Mail")).to_be_visible()


@pytest.mark.long
def test_what_changed_after_a_close_is_listed_with_its_cause_as_text(
    tab: Page, served: Served, folder: PublishedFolder, business: Business, bill: Bill
) -> None:
    [line] = bill.restatements
    bill.restatements[0] = (*line[:4], HOSTILE, *line[5:])
    folder.publish(business)
    tab.goto(f"{served.url}/charges")
    changed = panel(tab, "Restatements of closed months")
    expect(cells(changed)).to_contain_text(["671700", HOSTILE, "-7", "-5.25"])
    choose_first_row(changed)
    expect(title(tab, "Order 671700")).to_be_visible()


def test_before_the_first_charged_day_it_says_when_there_will_be_one(
    tab: Page, served: Served, folder: PublishedFolder, business: Business
) -> None:
    folder.publish(business)
    tab.goto(f"{served.url}/charges")
    expect(tab.get_by_text("No charges yet")).to_be_visible()


def test_the_month_as_pdf_and_workbook_is_its_invoice(
    tab: Page, served: Served, folder: PublishedFolder, business: Business, bill: Bill
) -> None:
    folder.publish(business)
    tab.goto(f"{served.url}/charges")
    printed = printed_text(download(tab, "PDF"))
    assert f"Invoice {bill.month:%Y-%m}" in printed
    assert "$43.60" in printed, "the total of the page"
    assert "Total due" in workbook_texts(download(tab, "XLSX"))


def test_a_closed_month_says_what_of_it_was_restated_since_and_gives_the_invoice_that_was_sent(
    tab: Page, served: Served, folder: PublishedFolder, business: Business, bill: Bill
) -> None:
    settings = workshop.settings_of(served.home)
    [sent, _] = make_reports(settings, "eom", bill.month, folder.publish(business), 2)
    workshop.record(settings, period_of("eom", bill.month))
    bill.restatements += [
        (f"late {order}", bill.month, order, "671701", "A parcel came later.", 3, -1_000_50) for order in (4, 5)
    ]
    folder.publish(business)
    tab.goto(f"{served.url}/charges?month={bill.month:%Y-%m}")
    expect(
        tab.get_by_text("2 restatements since the close, -$2,001.00. Billed with a later invoice.")
    ).to_be_visible()
    assert download(tab, "PDF").read_bytes() == sent.read_bytes()


def test_the_month_as_csv_has_a_line_for_each_day(
    tab: Page, served: Served, folder: PublishedFolder, business: Business, bill: Bill
) -> None:
    folder.publish(business)
    tab.goto(f"{served.url}/charges")
    header, first, second = download(tab, "CSV").read_text("utf-8-sig").splitlines()
    assert header == "Day,Orders,Packages,Units,Pallets,Order charge,Handling,Storage,Postage,Total"
    assert first == f"{bill.month},2,3,8,10,8.5,6.0,4.5,25.35,44.35"
    assert second.endswith(",0,0,0,10,0.0,0.0,4.5,0.0,4.5")
