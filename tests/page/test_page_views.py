"""Each view shows its figures, as text, whatever the data hold."""

from __future__ import annotations

from datetime import timedelta

import pytest
from conftest import Served
from looking import cells, expect_lines, figure, panel, search
from playwright.sync_api import Locator, Page, expect
from published_folder import Business, PublishedFolder

HOSTILE_NUMBER = "<img src=x onerror=alert(1)>"
HOSTILE_SKU = "=cmd|' /C calc'!A0 **b** <script>alert(2)</script>"


@pytest.fixture(autouse=True)
def published(folder: PublishedFolder, business: Business) -> None:
    folder.publish(business)


def test_the_overview_shows_today_stock_alerts_and_runs_each_with_its_age(tab: Page, served: Served) -> None:
    tab.goto(served.url)
    expect(figure(tab, "Orders shipped")).to_have_text("1")
    expect(figure(tab, "Units shipped")).to_have_text("5")
    expect(figure(tab, "New orders")).to_have_text("1")
    expect(figure(tab, "Open orders")).to_have_text("1")
    expect(tab.get_by_text("Tests green")).to_be_visible()
    expect(tab.get_by_text("Fresh, checked just now")).to_be_visible()
    attention = panel(tab, "Needs attention")
    expect(attention.get_by_text("No ShipStation credentials")).to_be_visible()
    expect(attention.get_by_text("PT Kit: 5 days of supply")).to_be_visible()
    expect(attention.get_by_text("1 line with an unknown SKU")).to_be_visible()
    expect(cells(panel(tab, "Stock"))).to_contain_text(
        ["● Critical", "17612", "PT Kit", "120", "2", "118", "140.3"]
    )
    expect(cells(panel(tab, "Last runs"))).to_contain_text(["✓ done", "sync", "9.0 s", "4", "dana"])
    for title in ("Units shipped by day", "Needs attention", "Stock", "Last runs"):
        expect(panel(tab, title).get_by_text("just now")).to_be_visible()


def test_the_inventory_shows_products_lots_and_movements(tab: Page, served: Served) -> None:
    tab.goto(f"{served.url}/inventory")
    expect(cells(panel(tab, "Products"))).to_contain_text(["● Critical", "17612", "Normal", "17904"])
    expect(cells(panel(tab, "Lots"))).to_contain_text(["250300", "120", "240901", "464"])
    expect(tab.get_by_text("3 movements: 1,115 units in, 5 out")).to_be_visible()
    expect(cells(panel(tab, "Movements"))).to_contain_text(["Shipped", "-5", "Received", "Delivery", "Dana"])


def test_one_product_narrows_lots_and_movements(tab: Page, served: Served) -> None:
    tab.goto(f"{served.url}/inventory")
    tab.get_by_role("radio", name="17904 Travel Kit").click()
    expect(tab.get_by_text("1 movement: 96 units in, 0 out")).to_be_visible()
    expect(cells(panel(tab, "Lots")).first).to_have_text("17904")


def test_shipped_items_give_totals_of_known_skus_and_name_the_rest(tab: Page, served: Served) -> None:
    tab.goto(f"{served.url}/shipped-items")
    expect_lines(tab, "5 lines")
    expect(figure(tab, "Orders")).to_have_text("3")
    expect(figure(tab, "Units")).to_have_text("16")
    expect(tab.get_by_text("1 unit of unknown SKUs")).to_be_visible()


def test_search_finds_by_order_sku_and_lot(tab: Page, served: Served) -> None:
    tab.goto(f"{served.url}/shipped-items")
    expect_lines(tab, "5 lines")
    for label, text, found in (
        ("Order number", "671826", "3 lines"),
        ("Order number", " 6718 ", "4 lines"),
        ("SKU", "17612", "2 lines"),
        ("SKU", "99100", "1 line"),
        ("Lot", "240901", "2 lines"),
    ):
        search(tab, label, text)
        expect_lines(tab, found)
        search(tab, label, "")
        expect_lines(tab, "5 lines")
    search(tab, "Order number", "%")
    expect(tab.get_by_text("Nothing shipped matches.")).to_be_visible()


def test_a_search_can_be_shared_by_its_address(tab: Page, served: Served) -> None:
    tab.goto(f"{served.url}/shipped-items?sku=17904&lot=240901")
    expect_lines(tab, "2 lines")
    expect(tab.get_by_label("SKU", exact=True)).to_have_value("17904")


def test_search_finds_by_ship_date(tab: Page, served: Served, business: Business) -> None:
    tab.goto(f"{served.url}/shipped-items")
    expect_lines(tab, "5 lines")
    yesterday = (business.today - timedelta(days=1)).isoformat()
    for label in ("From", "To"):
        _pick_day(tab, label, yesterday)
    expect_lines(tab, "3 lines")


def test_a_span_of_days_that_ends_before_it_begins_is_told(tab: Page, served: Served, business: Business) -> None:
    tab.goto(
        f"{served.url}/shipped-items?shipped_from={business.today}&shipped_to={business.today.year - 1}-01-31"
    )
    expect(tab.get_by_text("No day lies between these dates")).to_be_visible()


def test_a_row_opens_its_order_with_lines_and_packages(tab: Page, served: Served) -> None:
    tab.goto(f"{served.url}/shipped-items")
    search(tab, "Order number", "671826")
    expect_lines(tab, "3 lines")
    _choose_first_row(tab)
    order = panel(tab, "Order")
    expect(order.get_by_text("94002")).to_be_visible()
    expect(cells(order, 0)).to_contain_text(["17904", "3", "32.5"])
    expect(cells(order, 1)).to_contain_text(["21", "oldest lot", "3", "22"])
    tab.get_by_role("button", name="Close").click()
    expect(tab.get_by_role("heading", name="Order", exact=True)).to_have_count(0)


def test_html_and_formulas_in_data_are_shown_as_text(
    tab: Page, served: Served, folder: PublishedFolder, business: Business
) -> None:
    business.orders.append((9, HOSTILE_NUMBER, "shipped", business.today, business.today))
    business.items.append(("x", 91, 9, business.today, HOSTILE_SKU, None, None, "unassigned", 1))
    folder.publish(business)
    tab.goto(f"{served.url}/shipped-items")
    search(tab, "Order number", "onerror")
    expect_lines(tab, "1 line")
    expect(cells(tab)).to_contain_text([HOSTILE_NUMBER, HOSTILE_SKU])
    with tab.expect_download() as download:
        tab.get_by_role("button", name="Download CSV").click()
    assert f"'{HOSTILE_SKU}" in download.value.path().read_text("utf-8-sig")
    _choose_first_row(tab)
    expect(panel(tab, "Order").get_by_text(HOSTILE_NUMBER)).to_be_visible()
    assert tab.locator("img[src=x]").count() == 0


def test_pages_of_lines_can_be_turned(
    tab: Page, served: Served, folder: PublishedFolder, business: Business
) -> None:
    business.items.extend(
        (f"m{at}", 500 + at, 1, business.today, "17612", "17612", "250300", "shipment", 1) for at in range(145)
    )
    folder.publish(business)
    tab.goto(f"{served.url}/shipped-items")
    expect(tab.get_by_text("1 to 100 of 150 lines, newest first")).to_be_visible()
    tab.get_by_role("button", name="Older").click()
    expect(tab.get_by_text("101 to 150 of 150 lines, newest first")).to_be_visible()
    expect(tab.get_by_role("button", name="Older")).to_be_disabled()
    search(tab, "Lot", "240901")
    expect(tab.get_by_text("1 to 2 of 2 lines, newest first")).to_be_visible()


def test_on_an_upright_tablet_panels_stand_one_below_the_other(tab: Page, served: Served) -> None:
    tab.goto(served.url)
    shipped, attention = panel(tab, "Units shipped by day"), panel(tab, "Needs attention")
    expect(attention).to_be_visible()
    beside = _left(attention) > _left(shipped)
    tab.set_viewport_size({"width": 820, "height": 1180})
    expect(attention.get_by_role("heading")).to_be_in_viewport()
    assert (beside, _left(attention) == _left(shipped)) == (True, True)
    assert tab.evaluate("document.documentElement.scrollWidth") <= 820


def _pick_day(tab: Page, label: str, day: str) -> None:
    tab.get_by_role("spinbutton", name=f"year, {label}").click()
    tab.keyboard.type(day.replace("-", ""))
    tab.get_by_role("heading", name="Shipped items", exact=True).click()


def _choose_first_row(tab: Page) -> None:
    """Tick the first row, where its box is painted."""
    tab.get_by_test_id("stDataFrame").first.locator(".dvn-scroller").click(position={"x": 16, "y": 51})


def _left(place: Locator) -> float:
    box = place.bounding_box()
    assert box is not None
    return box["x"]
