"""Carrier bills on the page: the files, what they charge by class, the lines to dispute, and an upload."""

from __future__ import annotations

import csv
from datetime import timedelta

import workshop
from looking import cells, choose_first_row, download, figure, panel, stand_still
from page_process import Served
from playwright.sync_api import Page, expect
from published_folder import Business, PublishedFolder

KIND = "import-carrier-bill"
# A bill may be larger than what a server usually takes.
STAMPS = (
    b"Transaction Date,Transaction Type,Tracking #,Amount,Balance\n"
    b"10/03/2026,Print,9400111899223000000123,-$8.35,$100.00\n"
) + b"\n" * 3_000_000


def test_bills_classes_and_lines_to_dispute_are_shown_and_given_as_a_file(
    tab: Page, served: Served, folder: PublishedFolder, business: Business
) -> None:
    folder.publish(business)
    tab.goto(f"{served.url}/carrier-bills")
    for label, amount in {
        "Billed for labels": "$37.00", "Labels cost": "$25.15", "Final cost differs by": "$3.50",
        "To dispute": "$16.95",
    }.items():  # fmt: skip
        expect(figure(tab, label)).to_have_text(amount)
    bills = panel(tab, "Bills")
    expect(cells(bills)).to_contain_text(["ups <b>.csv", "stamps.csv"])
    expect(bills.get_by_text("its invoices say $2.50 more than its lines")).to_be_visible()
    lines = panel(tab, "Lines to dispute")
    expect(cells(lines)).to_contain_text(
        ["1Z12", "Billed twice", "1Z99", "Not ours", "1Z11", "Adjusted", "weight"]
    )
    with download(lines, "CSV").open(newline="", encoding="utf-8-sig") as file:
        header, *rows = csv.reader(file)
    assert header[:3] == ["Carrier", "Invoice number", "Invoice date"]
    assert header[8:13] == [
        "Weight as labelled (lb)", "Weight as billed (lb)", "Dimensions as labelled", "Dimensions as billed",
        "Amount billed",
    ]  # fmt: skip
    assert [row[3] for row in rows] == ["1Z12", "1Z99", "1Z11"]
    assert rows[2][:3] == ["ups", "INV1", f"{business.today - timedelta(days=40)}"]
    # A formula of somebody else is text in a spreadsheet.
    assert rows[2][5:] == [
        "Adjusted", "weight", "'=Weight", "2.5", "5.5", "10 x 8.5 x 4 in", "16 x 12 x 9 in", "3.50", "3.50",
        "671825",
    ]  # fmt: skip
    choose_first_row(panel(tab, "By class"))
    adjusted = panel(tab, "Adjusted")
    expect(cells(adjusted)).to_contain_text(["1Z11", "Adjusted"])
    expect(cells(adjusted).get_by_text("1Z12")).to_have_count(0)
    tab.goto(f"{served.url}/carrier-bills?class=never_billed")
    expect(cells(panel(tab, "Never billed"))).to_contain_text(["1Z13", "ups"])


def test_an_uploaded_bill_is_imported_by_the_worker_or_refused_and_its_file_removed(
    tab: Page, served: Served, folder: PublishedFolder, business: Business
) -> None:
    business.has_carrier_bills = False
    folder.publish(business)
    settings = workshop.settings_of(served.home)
    workshop.make_store(settings)
    tab.goto(f"{served.url}/carrier-bills")
    bills = panel(tab, "Bills")
    expect(bills.get_by_text("No carrier's bill has been imported.")).to_be_visible()
    expect(bills.get_by_role("button", name="Import")).to_be_disabled()
    stand_still(tab)
    tab.locator('input[type="file"]').set_input_files(
        [{"name": "october.csv", "mimeType": "text/csv", "buffer": STAMPS}]
    )
    bills.get_by_role("button", name="Import").click()
    expect(bills.get_by_role("progressbar").last).to_be_visible()
    (job,) = workshop.jobs_of(settings, KIND)
    assert (job.status, job.arguments["name"], job.arguments["carrier"]) == ("queued", "october.csv", None)
    (file,) = (served.home / "uploads").iterdir()
    assert (f"{file}", file.read_bytes(), file.stat().st_mode & 0o777) == (job.arguments["path"], STAMPS, 0o600)
    done = workshop.finish(settings, KIND)
    assert (done.status, done.result and done.result["lines"]) == ("success", 1)
    expect(bills.get_by_text("october.csv: 1 charge, $8.35 in all.")).to_be_visible()
    assert list((served.home / "uploads").iterdir()) == []
    tab.locator('input[type="file"]').set_input_files(
        [{"name": "bad.csv", "mimeType": "text/csv", "buffer": STAMPS.replace(b"-$8.35", b"soon")[:200]}]
    )
    expect(bills.get_by_text("bad.csv")).to_be_visible()
    bills.get_by_role("button", name="Import").click()
    expect(bills.get_by_role("progressbar").last).to_be_visible()
    assert workshop.finish(settings, KIND).status == "failed"
    expect(bills.get_by_role("alert")).to_contain_text(
        'line 2, column 4 ("Amount"): the text in it is not an amount'
    )
    assert list((served.home / "uploads").iterdir()) == []
