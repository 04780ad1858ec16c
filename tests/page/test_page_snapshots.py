"""The page follows the published folder: empty, renewed, cleaned up, damaged."""

from __future__ import annotations

import pytest
from looking import expect_orders, figure
from page_process import Served
from playwright.sync_api import Page, expect
from published_folder import Business, PublishedFolder

from streamlit_app.navigation import VIEWS


def test_an_empty_home_says_what_to_do_until_the_first_snapshot_is_there(
    tab: Page, served: Served, folder: PublishedFolder, business: Business
) -> None:
    tab.goto(served.url)
    expect(tab.get_by_role("heading", name="Nothing has been published yet")).to_be_visible()
    expect(tab.get_by_text("An admin loads the first orders")).to_be_visible()
    folder.publish(business)
    expect(figure(tab, "Units shipped")).to_have_text("5")


@pytest.mark.long
def test_a_new_snapshot_is_shown_by_itself_and_what_was_typed_stays(
    tab: Page, served: Served, folder: PublishedFolder, business: Business
) -> None:
    folder.publish(business)
    tab.goto(f"{served.url}/orders")
    expect_orders(tab, "4 orders")
    tab.get_by_label("Find", exact=True).fill("17612")
    business.orders.append((9, "671827", "awaiting_shipment", business.today, None))
    folder.publish(business)
    expect_orders(tab, "5 orders")
    expect(tab.get_by_label("Find", exact=True)).to_have_value("17612")
    tab.keyboard.press("Enter")
    expect_orders(tab, "2 orders")


def test_a_deleted_old_version_does_not_break_an_open_page(
    tab: Page, served: Served, folder: PublishedFolder, business: Business
) -> None:
    old = folder.publish(business)
    tab.goto(f"{served.url}/orders")
    expect_orders(tab, "4 orders")
    folder.publish(business)
    old.unlink()
    tab.get_by_label("Find").fill("6718")
    tab.keyboard.press("Enter")
    expect_orders(tab, "2 orders")


def test_a_file_that_is_no_snapshot_is_reported_in_a_sentence(
    tab: Page, served: Served, folder: PublishedFolder, business: Business
) -> None:
    version = folder.publish(business)
    version.chmod(0o644)
    version.write_bytes(b"not a database" * 1000)
    tab.goto(served.url)
    expect(tab.get_by_role("heading", name="This snapshot cannot be shown")).to_be_visible()
    expect(tab.get_by_text("Traceback")).to_have_count(0)


def test_looking_writes_nothing(tab: Page, served: Served, folder: PublishedFolder, business: Business) -> None:
    folder.publish(business)
    before = _files(served)
    for view in VIEWS:
        tab.goto(f"{served.url}/{view.path}")
        expect(tab.get_by_role("heading", level=2)).not_to_have_count(0)
        expect(tab.get_by_text("Times in America/Chicago")).to_be_visible()
    assert _files(served) == before
    assert list(served.elsewhere.iterdir()) == []


def _files(served: Served) -> dict[str, int]:
    """What is in the home, with when it was written; the store of jobs is the queue's own."""
    return {
        str(path.relative_to(served.home)): path.stat().st_mtime_ns
        for path in served.home.rglob("*")
        if path.is_file()
    }
