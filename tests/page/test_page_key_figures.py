"""Key figures as lines, and open units against ShipStation's."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import duckdb
import pytest
import workshop
from looking import badge, cells, panel
from page_process import DATES, Served
from playwright.sync_api import Page, expect
from published_folder import Business, PublishedFolder

from streamlit_app.components.figure_charts import lines_by_day
from workflows.config.settings import Settings
from workflows.cycle.key_figures import note_key_figures
from workflows.cycle.open_units import Difference, Measurement, note_measurement

OPEN_UNITS = "Units of open orders: ShipStation and Shipledger"


@pytest.fixture
def settings(served: Served, folder: PublishedFolder, business: Business) -> Settings:
    folder.publish(business)
    return workshop.settings_of(served.home)


def note_days(settings: Settings, *todays: date) -> None:
    """The key figures that builds on these days note of the published ledger."""
    ledger = (settings.published / "current.duckdb").resolve()
    with duckdb.connect() as connection:
        connection.execute(f"attach '{ledger}' as ledger (read_only)")
        connection.execute("create schema raw_shipstation")
        connection.execute("create table raw_shipstation.order_states (state varchar, checked_at timestamptz)")
        for today in todays:
            note_key_figures(settings.operations, connection, today, "")


def measure(settings: Settings, minutes_ago: int, there: int, *differences: Difference) -> None:
    here = there - sum(one.there - one.here for one in differences)
    at = datetime.now(UTC) - timedelta(minutes=minutes_ago)
    note_measurement(settings.operations, "run", Measurement(at, there, here, differences))


@pytest.mark.usefixtures("settings")
def test_before_the_first_figures_the_page_says_what_to_do(tab: Page, served: Served) -> None:
    tab.goto(f"{served.url}/figures")
    figures = panel(tab, "Key figures")
    expect(figures.get_by_text("Nothing has been shipped yet.")).to_be_visible()
    expect(figures.get_by_text("Nothing recorded yet.")).to_be_visible()
    units = panel(tab, OPEN_UNITS)
    expect(units.get_by_text("Not compared yet.")).to_be_visible()
    expect(units.get_by_role("button", name="Sync now")).to_be_visible()


@pytest.mark.long
def test_marts_have_figures_since_the_first_shipment_and_recorded_ones_begin_later(
    tab: Page, served: Served, settings: Settings, folder: PublishedFolder, business: Business, today: date
) -> None:
    business.figures = [
        (today - timedelta(days=back), 2, 9, 1, 3, back, 500, 10, 425, 300, 450, 2535)
        for back in range(400, 0, -1)
    ]
    folder.publish(business)
    note_days(settings, today - timedelta(days=120), today - timedelta(days=80), today - timedelta(days=30), today)
    tab.goto(f"{served.url}/figures")
    figures = panel(tab, "Key figures")
    yesterday = DATES.weekday(today - timedelta(days=1))
    shipped, noted = DATES.day(today - timedelta(days=400)), DATES.day(today - timedelta(days=121))
    expect(figures.get_by_text(f"first shipment on: since {shipped}.")).to_be_visible()
    expect(figures.get_by_text(f"no table has them later: since {noted}.")).to_be_visible()
    expect(figures.get_by_text(f"90 days, up to {yesterday}; days without data are gaps.")).to_have_count(2)
    expect(figures.get_by_test_id("stVegaLiteChart")).to_have_count(17)
    expect(figures.get_by_text("latest: unknown").first).to_be_visible()
    for chart in (
        "Packages shipped by day; latest: 3",
        "Units shipped by day; latest: 1",
        "Postage by day; latest: 25.35 dollars",
        "Open orders by day; latest: 1",
    ):
        expect(figures.get_by_role("button", name=f"Show data: {chart}", exact=True)).to_have_count(1)
    figures.get_by_role("radio", name="1 year").click()
    by_week = f"up to {yesterday}; the charts show the daily mean of each week."
    expect(figures.get_by_text(f"365 days, {by_week}")).to_be_visible()
    expect(figures.get_by_text(f"121 days, {by_week}")).to_be_visible()
    expect(tab).to_have_url(f"{served.url}/figures?span=365")


def test_a_sku_with_other_open_units_than_in_shipstation_is_named(
    tab: Page, served: Served, settings: Settings
) -> None:
    measure(settings, 10, 40)
    tab.goto(f"{served.url}/figures")
    units = panel(tab, OPEN_UNITS)
    expect(badge(units, "No differences")).to_be_visible()
    measure(settings, 5, 42, Difference("17612 - 250300", 7, 4))
    tab.reload()
    expect(badge(units, "1 SKU differs")).to_be_visible()
    expect(units.get_by_text("42 units of open orders in ShipStation, 39 in Shipledger")).to_be_visible()
    expect(cells(units)).to_have_text(["17612 - 250300", "7", "4"])
    expect(units.get_by_test_id("stVegaLiteChart")).to_have_count(1)


def test_what_nobody_noted_is_a_gap_and_a_week_is_the_mean_of_its_days() -> None:
    monday = date(2026, 11, 9)
    figures = [
        {"day": monday + timedelta(days=at), "ghosts": value}
        for at, value in ((0, 2.0), (1, None), (3, 4.0), (14, 1.0))
    ]
    by_day = _values(lines_by_day(DATES, figures, {"ghosts": "open"}, 100, ",d", by_week=False).to_dict())
    assert [row["value"] for row in by_day] == [2.0, None, None, 4.0, *[None] * 10, 1.0]
    by_week = _values(lines_by_day(DATES, figures, {"ghosts": "open"}, 100, ",d", by_week=True).to_dict())
    assert [(row["at"], row["value"]) for row in by_week] == [
        ("2026-11-09", 3.0),
        ("2026-11-16", None),
        ("2026-11-23", 1.0),
    ]


def _values(spec: dict[str, Any]) -> list[dict[str, Any]]:
    values: list[dict[str, Any]] = spec["datasets"][spec["data"]["name"]]
    return values
