"""What the charts draw."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from streamlit_app.components import charts
from streamlit_app.components.figure_charts import lines_by_day
from workflows.config.dates import Dates
from workflows.page_api import CHARGES

DATES = Dates("en-US", ZoneInfo("America/Chicago"))


def test_the_days_of_shipping_are_labelled_at_the_first_of_each_week() -> None:
    # Monday 16 November had no shipment: its week is labelled at Tuesday.
    days = ["2026-11-09", "2026-11-10", "2026-11-17", "2026-11-18"]
    rows = [{"ship_date": day, "product": "PT Kit", "units": 3} for day in days]
    spec = charts.shipped_by_day(DATES, rows, ["PT Kit"], ["PT Kit"], 300).to_dict()
    assert spec["encoding"]["x"]["axis"]["values"] == ["2026-11-09", "2026-11-17"]
    assert '{"2026-11-09": "Nov 9", "2026-11-17": "Nov 17"}' in spec["encoding"]["x"]["axis"]["labelExpr"]
    assert [row["when"] for row in _values(spec)] == ["Mon, Nov 9", "Tue, Nov 10", "Tue, Nov 17", "Wed, Nov 18"]


def test_calendar_days_of_the_stock_are_the_same_in_every_time_zone() -> None:
    rows = [{"inventory_date": "2026-11-20", "quantity_on_hand": 7}]
    spec = charts.stock_history(DATES, rows, 50, 200).to_dict()
    line = spec["layer"][0]
    assert line["data"]["format"]["parse"] == {"inventory_date": "utc:'%Y-%m-%d'"}
    assert line["encoding"]["x"]["scale"] == {"type": "utc"}


def test_the_months_of_an_axis_are_in_the_language_of_the_dates() -> None:
    rows = [{"inventory_date": "2026-11-20", "quantity_on_hand": 7}]
    german = charts.stock_history(Dates("de-DE", DATES.zone), rows, 50, 200).to_dict()
    labels = german["layer"][0]["encoding"]["x"]["axis"]["labelExpr"]
    assert '"Okt"' in labels
    assert "utcmonth(datum.value)" in labels
    points = [{"day": date(2026, 11, day), "open": day} for day in (2, 3)]
    drawn = lines_by_day(Dates("de-DE", DATES.zone), points, {"open": "open"}, 100, ",d", by_week=False).to_dict()
    assert '"Okt"' in drawn["encoding"]["x"]["axis"]["labelExpr"]


def test_supply_is_drawn_up_to_a_quarter_and_written_beyond() -> None:
    rows = [
        {"sku_code": "17612", "days_of_supply": 7.6, "alert_level": "critical"},
        {"sku_code": "18795", "days_of_supply": 3993.7, "alert_level": "normal"},
        {"sku_code": "17904", "days_of_supply": -2.0, "alert_level": "critical"},
        {"sku_code": "17914", "days_of_supply": None, "alert_level": "normal"},
    ]
    drawn = _values(charts.supply_by_product(rows, 150).to_dict())
    assert [(row["sku"], row["shown"], row["label"]) for row in drawn] == [
        ("17612", 7.6, "7 days"),
        ("18795", 91, "3,993 days"),
        ("17904", 0, "-2 days"),
    ]


def test_a_legend_has_as_many_columns_as_fit_a_phone_or_a_wider_screen() -> None:
    products = ["PT Kit", "PPR Kit", "Travel Kit", "OraPro Paste Peppermint", "Ortho Protect", "Other products"]
    rows = [{"ship_date": "2026-11-09", "product": product, "units": 3} for product in products]
    assert _legend_columns(charts.shipped_by_day(DATES, rows, products, products, 300)) == "width < 500 ? 2 : 6"
    charge_day = {"charge_date": "2026-11-09", **dict.fromkeys(CHARGES, 100)}
    assert _legend_columns(charts.charges_by_day(DATES, [charge_day], 300)) == "width < 500 ? 4 : 4"


def _legend_columns(chart: Any) -> str:
    return str(chart.to_dict()["encoding"]["color"]["legend"]["columns"]["expr"])


def _values(spec: dict[str, Any]) -> list[dict[str, Any]]:
    values: list[dict[str, Any]] = spec["datasets"][spec["data"]["name"]]
    return values
