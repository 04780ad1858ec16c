"""Each view shows its figures, as text, whatever the data hold."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from looking import cells, figure, panel
from page_process import ZONE, Served
from playwright.sync_api import Locator, Page, expect

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
    for title in ("Orders and shipments", "Units shipped by day", "Needs attention"):
        expect(panel(tab, title).get_by_text("just now")).to_be_visible()


def test_the_inventory_shows_products_lots_and_movements(tab: Page, served: Served) -> None:
    tab.goto(f"{served.url}/inventory")
    expect(tab).to_have_title("Inventory · Shipledger")
    expect(cells(panel(tab, "Products"))).to_contain_text(
        ["● Critical", "17612", "PT Kit", "120", "2", "118", "140.3", "Normal", "17904"]
    )
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
    closes = [panel(tab, title) for title in ("End of day", "End of week", "End of month")]
    shipped, attention = panel(tab, "Units shipped by day"), panel(tab, "Needs attention")
    expect(attention).to_be_visible()
    beside = _left(attention) > _left(shipped)
    tab.set_viewport_size({"width": 820, "height": 1180})
    attention.get_by_role("heading").scroll_into_view_if_needed()
    assert (beside, _left(attention) == _left(shipped)) == (True, True)
    assert len({_left(close) for close in closes}) == 1
    assert tab.evaluate("document.documentElement.scrollWidth") <= 820


def _left(place: Locator) -> float:
    box = place.bounding_box()
    assert box is not None
    return box["x"]
