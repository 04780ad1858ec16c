"""Each view shows its figures, as text, whatever the data hold."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from looking import cells, figure, panel, stand_still, title
from page_process import ZONE, Served
from playwright.sync_api import Browser, Locator, Page, expect
from published_bill import Bill
from published_folder import Business, PublishedFolder

from workflows.reports.series_colors import DARK, LIGHT

HOSTILE = "<b>=1+1</b> **bold**"

# What overlaps an element of the page's main part, once it has moved into place, by its text.
COVERED = """async one => {
    await Promise.all(one.parentElement.getAnimations().map(move => move.finished));
    const over = one.getBoundingClientRect();
    const main = one.closest('[data-testid="stMain"]');
    return [...main.querySelectorAll("h1, h2, h3, p, label, button, canvas, svg.marks")]
        .filter(other => !one.contains(other))
        .filter(other => {
            const it = other.getBoundingClientRect();
            const isBeside = it.left >= over.right || it.right <= over.left;
            return it.width && !isBeside && it.top < over.bottom && it.bottom > over.top;
        })
        .map(other => other.textContent || other.tagName);
}"""

pytestmark = pytest.mark.usefixtures("published")


def test_today_shows_what_left_and_what_needs_a_person_each_with_its_age(tab: Page, served: Served) -> None:
    tab.goto(served.url)
    expect(figure(tab, "Orders shipped")).to_have_text("1")
    expect(figure(tab, "Units shipped")).to_have_text("5")
    expect(figure(tab, "New orders")).to_have_text("1")
    expect(figure(tab, "Open orders")).to_have_text("1")
    expect(tab.get_by_text("Tests passed")).to_be_visible()
    expect(tab.get_by_text("Fresh, checked just now")).to_be_visible()
    expect(tab.get_by_text("Worker stopped: nothing is loaded or closed")).to_be_visible()
    expect(tab).to_have_title("Today · Shipledger")
    attention = panel(tab, "Needs attention")
    expect(attention.get_by_text("No ShipStation credentials")).to_be_visible()
    expect(attention.get_by_text("PT Kit: 118 available, 5 days of supply")).to_be_visible()
    expect(attention.get_by_text("1 line with an unknown SKU")).to_be_visible()
    for name in ("Orders and shipments", "Units shipped by day", "Needs attention"):
        expect(panel(tab, name).get_by_text("just now")).to_be_visible()


def test_today_answers_above_the_fold_and_its_alerts_lead_to_where_they_are_resolved(
    tab: Page, served: Served
) -> None:
    tab.set_viewport_size({"width": 1280, "height": 800})
    tab.goto(served.url)
    for name in ("Needs attention", "Orders and shipments", "End of day", "End of week", "End of month"):
        expect(panel(tab, name)).to_be_visible()
        assert _bottom(panel(tab, name)) <= 800, name
    expect(tab.get_by_role("link", name="Today (3)")).to_be_visible()
    expect(tab.get_by_role("link", name="Exceptions (1)")).to_be_visible()
    attention = panel(tab, "Needs attention")
    attention.get_by_role("link", name="1 line with an unknown SKU").click()
    expect(title(tab, "Exceptions")).to_be_visible()
    assert tab.url.endswith("/exceptions?kind=unknown_sku")
    tab.go_back()
    attention.get_by_role("link", name="Stock of 17612 is critical").click()
    expect(tab.get_by_role("radio", name="17612 PT Kit")).to_be_checked()


@pytest.mark.long
def test_lots_below_zero_are_one_alert_with_their_exceptions(
    tab: Page, served: Served, folder: PublishedFolder, business: Business
) -> None:
    business.lots = [
        (sku, number, -units) for sku, number, units in (("17612", "250111", 9), ("17904", "240901", 2))
    ]
    business.exceptions = [
        (f"lot {at}", "lot_overdrawn", "warning", None, None, HOSTILE, "since", datetime.now(UTC)) for at in (1, 2)
    ]
    folder.publish(business)
    tab.goto(served.url)
    attention = panel(tab, "Needs attention")
    expect(attention.get_by_role("link", name="2 lots below zero")).to_be_visible()
    expect(attention.get_by_text("17612 - 250111, 17904 - 240901")).to_be_visible()
    expect(attention.get_by_text("negative balance")).to_have_count(0)
    attention.get_by_role("link", name="2 lots below zero").click()
    expect(panel(tab, "Lots with a negative balance")).to_be_visible()


def test_orders_without_lines_are_one_alert_of_each_kind(
    tab: Page, served: Served, folder: PublishedFolder, business: Business
) -> None:
    business.exceptions = [
        (f"empty {at}", "work_in_progress", "warning", None, f"{at}", HOSTILE, "open", datetime.now(UTC))
        for at in range(11)
    ]
    folder.publish(business)
    tab.goto(served.url)
    attention = panel(tab, "Needs attention")
    expect(attention.get_by_role("link", name="11 orders still being entered")).to_be_visible()
    expect(attention.get_by_text("11 orders without lines")).to_have_count(0)


PAGES = (
    *("", "inventory", "count", "weekly", "charges", "carrier-bills"),
    *("orders", "lot-recall", "exceptions", "figures", "runs"),
)


def test_every_page_has_one_title_and_sections_below_it_and_no_wording_of_the_command_line(
    tab: Page, served: Served, folder: PublishedFolder, business: Business
) -> None:
    business.bill = Bill.small(business.today)
    folder.publish(business)
    for path in PAGES:
        tab.goto(f"{served.url}/{path}?administration=open")
        expect(tab.get_by_role("heading", level=2).first).to_be_visible()
        expect(tab.get_by_role("heading", level=1)).to_have_count(1)
        main = tab.get_by_test_id("stMain")
        expect(main.get_by_text(re.compile("orchestrate|SHIPLEDGER_|SHIPSTATION_|--[a-z]|`"))).to_have_count(0)


@pytest.mark.long
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_theme_and_the_charts_follow_the_system(browser: Browser, served: Served, scheme: str) -> None:
    context = browser.new_context(color_scheme="dark" if scheme == "dark" else "light")
    page = context.new_page()
    page.goto(f"{served.url}/inventory")
    line = page.locator(f'svg.marks path[stroke="{(DARK if scheme == "dark" else LIGHT)[0]}"]')
    expect(line.first).to_be_attached()
    background = page.get_by_test_id("stApp").evaluate("one => getComputedStyle(one).backgroundColor")
    assert background == {"light": "rgb(255, 255, 255)", "dark": "rgb(18, 24, 31)"}[scheme]
    context.close()


def test_the_inventory_shows_products_lots_and_movements(tab: Page, served: Served) -> None:
    tab.goto(f"{served.url}/inventory")
    expect(tab).to_have_title("Inventory · Shipledger")
    expect(tab.get_by_role("radiogroup", name="View")).to_have_count(1)
    expect(cells(panel(tab, "Products"))).to_contain_text(
        ["17612", "● Critical", "PT Kit", "120", "2", "118", "140.3", "17904", "Normal"]
    )
    # What a screen reader gets of a day, in every style.
    expires = f"{datetime.now(ZONE).date() + timedelta(days=60)}"
    expect(cells(panel(tab, "Lots"))).to_contain_text(["250300", "120", expires, "1", "240901", "464", "1"])
    expect(tab.get_by_text("3 movements: 1,115 units in, 5 out")).to_be_visible()
    expect(cells(panel(tab, "Movements"))).to_contain_text(["Shipped", "-5", "Received", "Delivery", "Dana"])


def test_one_product_narrows_lots_and_movements(tab: Page, served: Served) -> None:
    tab.goto(f"{served.url}/inventory")
    tab.get_by_role("radio", name="17904 Travel Kit").click()
    expect(tab.get_by_text("1 movement: 96 units in, 0 out")).to_be_visible()
    expect(cells(panel(tab, "Lots")).first).to_have_text("17904")


def test_on_an_upright_tablet_panels_stand_one_below_the_other(tab: Page, served: Served) -> None:
    tab.goto(served.url)
    closes = [panel(tab, name) for name in ("End of day", "End of week", "End of month")]
    attention, figures = panel(tab, "Needs attention"), panel(tab, "Orders and shipments")
    expect(closes[-1]).to_be_visible()
    beside = _left(figures) > _left(attention)
    tab.set_viewport_size({"width": 820, "height": 1180})
    attention.get_by_role("heading").scroll_into_view_if_needed()
    assert (beside, _left(attention) == _left(figures)) == (True, True)
    assert len({_left(close) for close in closes}) == 1
    assert tab.evaluate("document.documentElement.scrollWidth") <= 820


@pytest.mark.long
def test_the_toolbar_of_a_table_covers_nothing(tab: Page, served: Served) -> None:
    tab.goto(f"{served.url}/inventory")
    for width, name in product((1280, 820, 390), ("Products", "Lots", "Movements")):
        tab.set_viewport_size({"width": width, "height": 900})
        table = panel(tab, name).get_by_test_id("stDataFrame")
        table.hover()
        bar = table.get_by_test_id("stElementToolbarButtonContainer")
        expect(bar).to_be_visible()
        assert bar.evaluate(COVERED) == [], (width, name)


def test_the_menu_of_a_narrow_window_closes_after_a_choice(tab: Page, served: Served) -> None:
    tab.set_viewport_size({"width": 390, "height": 844})
    tab.goto(served.url)
    for name in ("Inventory", "Weekly", "Inventory"):
        stand_still(tab)
        tab.get_by_test_id("stExpandSidebarButton").click()
        tab.get_by_test_id("stSidebarNav").get_by_role("link", name=name).click()
        expect(title(tab, name)).to_be_visible()
        expect(tab.get_by_test_id("stSidebar")).to_have_attribute("data-collapsed", "true")
        expect(tab.get_by_test_id("stSidebar")).not_to_be_in_viewport()


def _bottom(place: Locator) -> float:
    box = place.bounding_box()
    assert box is not None
    return box["y"] + box["height"]


def _left(place: Locator) -> float:
    box = place.bounding_box()
    assert box is not None
    return box["x"]
