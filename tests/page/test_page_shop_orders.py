"""The orders of the shop on the page: how far they are, what waits, was sent or is held, and sending them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
import workshop
from looking import cells, figure, panel
from page_process import ZONE, Served, serve
from playwright.sync_api import Locator, Page, expect
from published_folder import Business, PublishedFolder

from tests.contract_tables import insert
from workflows.config.settings import Settings

SHOP = "Orders of the shop"
HOSTILE = "<script>alert(1)</script> **b**"
SENT_AT = datetime.now(ZONE).replace(hour=0, minute=5, second=0, microsecond=0)


@pytest.fixture(scope="module")
def allowed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A page of a home that may send."""
    home, elsewhere = tmp_path_factory.mktemp("allowed"), tmp_path_factory.mktemp("elsewhere")
    with serve(home, elsewhere, SHIPLEDGER_ALLOW_UPLOAD="1") as page:
        yield page


def publish_shop(home: Path, business: Business) -> Settings:
    """A version with two orders that wait, one of them held, one changed since it left, one without an answer."""
    folder = PublishedFolder(home)
    folder.clear()
    version = folder.publish(business)
    shop = Path(shutil.copyfile(version, version.with_name(f"{version.stem}-shop.duckdb")))
    days = [business.today - timedelta(days=back) for back in range(4)]
    with duckdb.connect(str(shop)) as connection:
        insert(
            connection,
            "local_orders",
            "order_number, state, upload_event, upload_detail, quantity_stocked, is_changed_after_shipping,"
            " order_date, shipstation_order_id, upload_noted_at",
            [
                ("671825", "waiting", "held", HOSTILE, 9, False, days[2], None, None),
                ("671826", "waiting", None, None, 4, False, days[0], None, None),
                ("671827", "shipped", "uploaded", None, 1, True, days[1], 700000001, SENT_AT),
                ("671828", "uploaded", "sending", None, 2, False, days[3], None, SENT_AT + timedelta(minutes=1)),
            ],
        )
    folder.point_to(shop)
    return workshop.settings_of(home)


@pytest.fixture
def settings(served: Served, business: Business) -> Settings:
    return publish_shop(served.home, business)


def texts(place: Locator, first: str) -> list[str]:
    """The cells of the panel's list without days, once its first cell is there."""
    expect(cells(place).first).to_have_text(first)
    return [text for text in cells(place).all_text_contents() if not text.startswith("20")]


def upload_arguments(settings: Settings) -> dict[str, Any]:
    (job,) = workshop.jobs_of(settings, "upload")
    assert (job.status, bool(job.actor)) == ("queued", True)
    return job.arguments


def test_where_no_order_of_a_shop_was_imported_nothing_is_said_of_it(
    tab: Page, served: Served, folder: PublishedFolder, business: Business
) -> None:
    folder.publish(business)
    tab.goto(f"{served.url}/orders")
    expect(panel(tab, "Search")).to_be_visible()
    expect(tab.get_by_role("heading", name=SHOP)).to_have_count(0)


@pytest.mark.long
@pytest.mark.usefixtures("settings")
def test_what_is_held_says_why_as_text_and_what_waits_and_what_was_sent_are_listed(
    tab: Page, served: Served
) -> None:
    tab.goto(f"{served.url}/orders")
    shop = panel(tab, SHOP)
    for label, orders in (("Not sent yet", "2"), ("Sent, not confirmed yet", "1"), ("Shipped", "1")):
        expect(figure(tab, label)).to_have_text(orders)
    assert texts(shop, "671825") == [
        *("671825", "9", HOSTILE),
        *("671827", "1", "Changed in the shop after it had shipped"),
    ]
    shop.get_by_role("radio", name="Waiting (1)").click()
    assert texts(shop, "671826") == ["671826", "4"]
    shop.get_by_role("radio", name="Sent (2)").click()
    assert texts(shop, "671828") == [
        *("671828", "2", "12:06 AM", "", "no answer yet"),
        *("671827", "1", "12:05 AM", "700000001", "shipped"),
    ]


def test_without_the_permission_a_press_only_tries(tab: Page, served: Served, settings: Settings) -> None:
    workshop.make_store(settings)
    tab.goto(f"{served.url}/orders")
    shop = panel(tab, SHOP)
    expect(shop.get_by_text("Uploads are off. An admin allows them")).to_be_visible()
    shop.get_by_role("button", name="Dry run").click()
    expect(shop.get_by_text("0 % · Queued: starts when")).to_be_visible()
    assert upload_arguments(settings) == {"dry_run": True}


def test_with_the_permission_a_press_sends_and_there_is_no_second_one_meanwhile(
    tab: Page, allowed: Served, business: Business
) -> None:
    settings = publish_shop(allowed.home, business)
    workshop.make_store(settings)
    tab.goto(f"{allowed.url}/orders")
    shop = panel(tab, SHOP)
    shop.get_by_role("button", name="Send now").click()
    expect(shop.get_by_text("0 % · Queued: starts when")).to_be_visible()
    expect(shop.get_by_role("button", name="Send now")).to_be_disabled()
    assert upload_arguments(settings) == {"dry_run": False}


def test_an_upload_that_failed_says_who_began_it_and_why(tab: Page, served: Served, settings: Settings) -> None:
    workshop.fail(settings, "upload", "<b>*dana*</b>", dry_run=False)
    tab.goto(f"{served.url}/orders")
    shop = panel(tab, SHOP)
    expect(shop.get_by_text("by <b>*dana*</b>. It failed. ShipStation")).to_be_visible()


def test_what_would_be_sent_is_listed_with_its_lots(
    tab: Page, served: Served, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [
        {"sku_code": "17612", "lot_number": "250237", "quantity": 10, "name": "PT Kit"},
        {"sku_code": "17612", "lot_number": "250300", "quantity": 30, "name": "PT Kit"},
    ]
    outcome = {
        "sent": False,
        "planned": [{"order_number": "671826", "lines": lines}],
        "held": [{"order_number": "671825"}],
        **{key: [] for key in ("uploaded", "refused", "unanswered")},
    }
    for step in ("load_changes", "_note_uploads", "build"):
        monkeypatch.setattr(f"workflows.xcart.xcart_workflows.{step}", lambda *_: {})
    monkeypatch.setattr("workflows.xcart.xcart_workflows._upload", lambda _dry_run: outcome)
    monkeypatch.setattr(
        "workflows.xcart.xcart_workflows.build_and_publish", lambda _kind, _started_at, facts: facts
    )
    assert workshop.fail(settings, "upload", "dana", dry_run=True).status == "success"
    tab.goto(f"{served.url}/orders")
    shop = panel(tab, SHOP)
    expect(shop.get_by_text("Nothing was sent; 1 order would be, 1 held.")).to_be_visible()
    expect(cells(shop, table=1)).to_have_text(["671826", "10 x 17612 - 250237, 30 x 17612 - 250300"])
