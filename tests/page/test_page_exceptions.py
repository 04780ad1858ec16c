"""Exceptions say what to do, go when somebody has noted something, and come back for a new cause only."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from looking import cells, choose_first_row, panel, stand_still, title
from page_process import Served
from playwright.sync_api import Locator, Page, expect
from published_folder import OPEN, Business, PublishedFolder

from workflows.entries.acknowledgements import acknowledge, current_acknowledgements

HOSTILE = "<b>=1+1</b> **bold** [x](javascript:alert(1))"


@pytest.fixture
def exceptions(tab: Page) -> Locator:
    return tab.get_by_test_id("stMain")


def test_each_has_its_reason_and_what_to_do_and_leads_to_its_order(
    tab: Page, served: Served, folder: PublishedFolder, business: Business, exceptions: Locator
) -> None:
    folder.publish(business)
    tab.goto(f"{served.url}/exceptions")
    expect(exceptions.get_by_text("1 error", exact=True)).to_be_visible()
    expect(cells(exceptions, 1)).to_contain_text(["● Error", "Line with an unknown SKU", "671826"])
    choose_first_row(exceptions, 1)
    expect(
        exceptions.get_by_text("in no report and not deducted from stock until the SKU is known")
    ).to_be_visible()
    expect(exceptions.get_by_text("Add the SKU to seeds/sku_aliases.csv")).to_be_visible()
    exceptions.get_by_role("link", name="Open order 671826").click()
    expect(title(tab, "Order 671826")).to_be_visible()


@pytest.mark.long
def test_a_note_puts_one_aside_until_its_cause_changes(
    tab: Page, served: Served, folder: PublishedFolder, business: Business, exceptions: Locator
) -> None:
    folder.publish(business)
    tab.goto(f"{served.url}/exceptions")
    choose_first_row(exceptions, 1)
    exceptions.get_by_role("button", name="Acknowledge", exact=True).click()
    expect(exceptions.get_by_text("Write a note")).to_be_visible()
    exceptions.get_by_label("Note").fill(HOSTILE)
    exceptions.get_by_role("button", name="Acknowledge", exact=True).click()
    expect(exceptions.get_by_text("1 acknowledged", exact=True)).to_be_visible()
    expect(exceptions.get_by_text("No open exceptions with these filters.")).to_be_visible()
    [noted] = current_acknowledgements(served.home / "operations.sqlite")
    assert (noted.exception_id, noted.cause, noted.note) == ("exception-1", "error", HOSTILE)
    assert noted.actor

    folder.publish(business)
    tab.goto(served.url)
    expect(panel(tab, "Needs attention").get_by_text("No ShipStation credentials")).to_be_visible()
    expect(panel(tab, "Needs attention").get_by_text("unknown SKU")).to_have_count(0)

    row = business.exceptions[0]
    business.exceptions[0] = (*row[:6], "error: two of them", row[7])
    folder.publish(business)
    tab.goto(f"{served.url}/exceptions")
    expect(exceptions.get_by_text("1 error, 1 acknowledged")).to_be_visible()
    expect(cells(exceptions, 1)).to_contain_text(["● Error"])


@pytest.mark.long
def test_an_acknowledged_one_shows_its_note_as_text_and_can_be_opened_again(
    tab: Page, served: Served, folder: PublishedFolder, business: Business, exceptions: Locator
) -> None:
    folder.publish(business)
    acknowledge(served.home / "operations.sqlite", "exception-1", "error", HOSTILE, "lee *x*")
    tab.goto(f"{served.url}/exceptions?show=acknowledged")
    choose_first_row(exceptions, 1)
    expect(exceptions.get_by_text(HOSTILE)).to_be_visible()
    expect(exceptions.get_by_text("Acknowledged by lee *x*")).to_be_visible()
    exceptions.get_by_role("button", name="Reopen").click()
    expect(exceptions.get_by_text("No acknowledged exceptions.")).to_be_visible()
    expect(exceptions.get_by_text("1 error", exact=True)).to_be_visible()
    assert current_acknowledgements(served.home / "operations.sqlite") == []


def test_a_note_and_the_selection_survive_a_publication_and_an_exception_has_an_address(
    tab: Page, served: Served, folder: PublishedFolder, business: Business, exceptions: Locator
) -> None:
    folder.publish(business)
    tab.goto(f"{served.url}/exceptions")
    choose_first_row(exceptions, 1)
    exceptions.get_by_label("Note").fill(HOSTILE)
    assert tab.url.endswith("?exception=exception-1")
    row = business.exceptions[0]
    business.exceptions.insert(0, ("exception-0", *row[1:5], HOSTILE, *row[6:]))
    folder.publish(business)
    expect(exceptions.get_by_text("2 errors", exact=True)).to_be_visible()
    expect(exceptions.get_by_label("Note")).to_have_value(HOSTILE)
    expect(exceptions.get_by_text('SKU "99100" (1) is not in skus.csv or sku_aliases.csv.').last).to_be_visible()
    tab.goto(f"{served.url}/exceptions?exception=exception-0")
    expect(exceptions.get_by_text(HOSTILE).last).to_be_visible()
    tab.goto(f"{served.url}/exceptions?exception={HOSTILE}")
    expect(exceptions.get_by_text("This exception is gone")).to_be_visible()


@pytest.mark.long
def test_filters_are_in_the_address(
    tab: Page, served: Served, folder: PublishedFolder, business: Business, exceptions: Locator
) -> None:
    business.exceptions.append(
        ("exception-2", "ghost_order", "warning", OPEN, "100001", HOSTILE, "warning: open", datetime.now(UTC))
    )
    folder.publish(business)
    tab.goto(f"{served.url}/exceptions?severity=warning")
    expect(exceptions.get_by_text("1 error, 1 warning")).to_be_visible()
    expect(cells(exceptions, 1)).to_contain_text(["▲ Warning", "Order without lines", "100001", HOSTILE])
    expect(cells(exceptions, 1).filter(has_text="671826")).to_have_count(0)
    tab.goto(f"{served.url}/exceptions?kind=unknown_sku")
    expect(cells(exceptions, 1)).to_contain_text(["● Error", "671826"])
    expect(cells(exceptions, 1).filter(has_text="100001")).to_have_count(0)
    exceptions.get_by_role("radio", name="Notes").click()
    expect(exceptions.get_by_text("No open exceptions with these filters.")).to_be_visible()
    assert tab.url.endswith("kind=unknown_sku&severity=info")


def test_after_a_scan_that_failed_all_that_was_found_stays_and_the_page_says_so(
    tab: Page, served: Served, folder: PublishedFolder, business: Business, exceptions: Locator
) -> None:
    now = datetime.now(UTC)
    business.runs.append(("run-2", "sync", "failed", now, now, None, "ShipStation is out of reach."))
    folder.publish(business)
    tab.goto(f"{served.url}/exceptions")
    expect(exceptions.get_by_text("The list shows the exceptions before it.")).to_be_visible()
    expect(cells(exceptions, 1)).to_contain_text(["● Error", "671826"])


def test_notes_that_cannot_be_read_hide_nothing(
    tab: Page, served: Served, folder: PublishedFolder, business: Business, exceptions: Locator
) -> None:
    folder.publish(business)
    (served.home / "operations.sqlite").write_bytes(b"not a database" * 100)
    tab.goto(f"{served.url}/exceptions")
    expect(exceptions.get_by_text("so all exceptions are shown")).to_be_visible()
    expect(cells(exceptions, 1)).to_contain_text(["● Error", "671826"])


def test_nothing_open_is_said_in_a_sentence(
    tab: Page, served: Served, folder: PublishedFolder, business: Business, exceptions: Locator
) -> None:
    business.exceptions.clear()
    folder.publish(business)
    tab.goto(f"{served.url}/exceptions")
    expect(exceptions.get_by_text("No exceptions.")).to_be_visible()


def test_several_of_a_kind_are_acknowledged_at_once(
    tab: Page, served: Served, folder: PublishedFolder, business: Business, exceptions: Locator
) -> None:
    long_ago = datetime(2025, 10, 3, 15, tzinfo=UTC)
    business.exceptions += [
        (f"empty-{at}", "ghost_order", "warning", OPEN, "100001", HOSTILE, "open", long_ago) for at in (1, 2)
    ]
    folder.publish(business)
    tab.goto(f"{served.url}/exceptions")
    by_kind = panel(tab, "By kind")
    expect(cells(by_kind)).to_contain_text(["▲ Warning", "2", "Orders without lines", "2025-10-03"])
    stand_still(tab)
    by_kind.locator(".dvn-scroller").click(position={"x": 16, "y": 85})
    of_kind = panel(tab, "Orders without lines")
    expect(cells(of_kind)).to_contain_text(["100001", "2025-10-03", "100001"])
    for row in (51, 85):
        stand_still(tab)
        of_kind.locator(".dvn-scroller").click(position={"x": 16, "y": row})
    expect(of_kind.get_by_text("2 exceptions are selected.")).to_be_visible()
    of_kind.get_by_label("Note").fill("Entered by hand")
    of_kind.get_by_role("button", name="Acknowledge 2").click()
    expect(exceptions.get_by_text("1 error, 2 acknowledged")).to_be_visible()
    # The address still has the two and their kind, of which none is open now.
    expect(of_kind.get_by_text("2 exceptions are selected, all of them acknowledged.")).to_be_visible()
    expect(of_kind.get_by_text("No open exceptions with these filters.")).to_be_visible()
    expect(of_kind.get_by_role("button", name="Acknowledge")).to_have_count(0)
    noted = current_acknowledgements(served.home / "operations.sqlite")
    assert sorted((one.exception_id, one.note) for one in noted) == [
        ("empty-1", "Entered by hand"),
        ("empty-2", "Entered by hand"),
    ]


@pytest.mark.usefixtures("published")
def test_a_kind_that_only_the_address_knows_is_shown_as_text(tab: Page, served: Served) -> None:
    kind = "![it](https://example.com/it.png) **bold**"
    tab.goto(f"{served.url}/exceptions?kind={quote(kind)}")
    expect(tab.get_by_role("heading", name=kind, exact=True)).to_be_visible()
    expect(tab.get_by_text("No open exceptions with these filters.")).to_be_visible()
