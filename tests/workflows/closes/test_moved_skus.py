"""A day's summary names the products that moved, each with its units."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
from homes import settings_of

from tests.contract_tables import create_tables, insert
from workflows.closes.close_facts import moved_skus
from workflows.closes.close_summary import summary_of
from workflows.config.home_directory import prepare_home
from workflows.config.periods import period_of

FRIDAY = date(2026, 11, 20)
SHIPPED = {"orders": 23, "units": 1244, "unassigned_units": 2}


def test_what_moved_is_what_left_on_the_day_by_product_the_most_units_first(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    prepare_home(settings)
    rows = [
        (FRIDAY, "17904", 3),
        (FRIDAY, "17612", 40),
        (FRIDAY, "17612", 1),
        (FRIDAY, "18795", 3),
        (FRIDAY, None, 9),
        (FRIDAY, "17914", 0),
        (date(2026, 11, 19), "18675", 7),
        (date(2026, 11, 21), "18675", 7),
    ]
    with duckdb.connect(str(settings.published / "a.duckdb")) as connection:
        create_tables(connection)
        insert(connection, "shipped_items", "ship_date, sku_code, quantity_shipped", rows)
    assert moved_skus(settings, "a.duckdb", period_of("eod", FRIDAY)) == [
        ("17612", 41),
        ("17904", 3),
        ("18795", 3),
    ]


def test_the_summary_of_a_day_names_what_moved_and_one_of_an_earlier_release_is_still_readable() -> None:
    moved = SHIPPED | {"skus": [["17612", 1241], ["17904", 3]]}
    assert summary_of({"shipped": moved}) == (
        "23 orders shipped, 1,244 units; 17612 ×1,241, 17904 ×3; 2 unassigned units"
    )
    for nothing in (SHIPPED, SHIPPED | {"skus": []}):
        assert summary_of({"shipped": nothing}) == "23 orders shipped, 1,244 units; 2 unassigned units"
