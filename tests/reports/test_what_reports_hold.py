"""Which rows a report has, in which order, and what its figures add up: read before it is drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from reading_files import pages_of
from report_snapshot import AS_OF, MONDAY, OCTOBER, TODAY, Rows, bill, business, write_snapshot

from workflows.reports.daily import count_sheet, summarize_day
from workflows.reports.document import Bars, Document, Figures, Table
from workflows.reports.monthly import bill_month
from workflows.reports.pdf import make_pdf
from workflows.reports.series_colors import OTHERS, series_colors
from workflows.reports.snapshot_source import Source, open_snapshot
from workflows.reports.weekly import report_week
from workflows.reports.workbook import make_workbook

Opened = Callable[..., Source]
SEPTEMBER = date(2026, 9, 14)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    """A snapshot with other rows in some tables, open."""
    with ExitStack() as stack:

        def write(**changes: Rows) -> Source:
            return stack.enter_context(open_snapshot(write_snapshot(tmp_path / "s.duckdb", changes), "en-US"))

        yield write


def table(document: Document, title: str) -> Table:
    return next(part for part in document.parts if isinstance(part, Table) and part.title.startswith(title))


def column(document: Document, title: str, key: str) -> list[Any]:
    return [row.get(key) for row in table(document, title).rows]


def figures(document: Document) -> dict[str, Any]:
    return {
        figure.label: figure.value
        for part in document.parts
        if isinstance(part, Figures)
        for figure in part.figures
    }


def colors_of(document: Document) -> dict[str, str]:
    """The color of each series of a report's chart."""
    bars = next(part for part in document.parts if isinstance(part, Bars))
    return {name: color for (name, _), color in zip(bars.series, bars.colors, strict=True)}


def test_the_day_lists_the_worst_stock_first_and_of_one_level_what_sells_most(opened: Opened) -> None:
    levels = {
        "18675": ("critical", 1.0),
        "18795": ("critical", 5.0),
        "17904": ("low", 9.0),
        "17612": ("normal", 140),
    }
    stock = [(sku, f"Product {sku}", 10, 2, 8, average, 30.0, level) for sku, (level, average) in levels.items()]
    document = summarize_day(opened(inventory_current=stock), TODAY)
    assert column(document, "Stock", "sku_code") == ["18795", "18675", "17904", "17612"]
    assert table(document, "Stock").totals == {
        "sku_code": "Total",
        "quantity_on_hand": 7777 + 464,
        "pallet_count": 169,
        "quantity_allocated": 8,
        "quantity_available": 32,
    }


def test_the_day_lists_errors_first_and_of_one_severity_the_most_frequent(opened: Opened) -> None:
    kinds = [
        ("unknown_sku", "error", 1),
        ("a_note", "info", 9),
        ("ghost_order", "warning", 3),
        ("lot", "error", 2),
    ]
    rows = [(kind, severity) for kind, severity, cases in kinds for _ in range(cases)]
    document = summarize_day(opened(exceptions=rows), TODAY)
    found = [(row["exception_type"], row["severity"], row["cases"]) for row in table(document, "Exceptions").rows]
    assert found == [
        ("Lot", "Error", 2),
        ("Unknown sku", "Error", 1),
        ("Ghost order", "Warning", 3),
        ("A note", "Info", 9),
    ]
    assert figures(document)["Exceptions"] == 15


def test_a_days_units_are_of_known_skus_and_its_packages_labels_that_are_not_void(
    opened: Opened,
) -> None:
    items = [
        ("a", 11, 1, "1", TODAY, "x", "17612", "250300", "shipment", 10),
        ("b", 11, 1, "1", TODAY, "y", "17904", "240901", "shipment", 1),
        ("c", None, 2, "2", TODAY, "x", "17612", "250300", "fifo", 5),
        ("d", 13, 3, "3", TODAY, "?", None, None, "unassigned", 100),
        ("e", 14, 4, "4", TODAY - timedelta(days=1), "x", "17612", "250300", "shipment", 1000),
    ]
    document = summarize_day(opened(shipped_items=items), TODAY)
    assert (figures(document)["Packages"], figures(document)["Units shipped"]) == (3, 16)
    # What is in no list of ours comes last, however many units it has.
    assert column(document, "Shipped", "sku_code") == ["17612", "17904", "?"]
    assert table(document, "Shipped").totals == {"sku_code": "Total", "units": 16}


def test_an_order_is_open_in_each_of_four_states(opened: Opened) -> None:
    states = ("awaiting_shipment", "on_hold", "pending_fulfillment", "awaiting_payment", "shipped", "cancelled")
    orders = [(number, f"{number}", TODAY, status) for number, status in enumerate(states, 1)]
    assert figures(summarize_day(opened(orders_inbox=orders), TODAY))["Open orders"] == 4


def test_the_count_sheet_has_what_should_stand_there_what_lacks_and_what_moved_in_thirty_days(
    opened: Opened,
) -> None:
    lots = [
        (f"17612-{number}", "17612", number, received, on_hand)
        for number, received, on_hand in (
            ("250001", None, -3),
            ("250002", date(2026, 2, 1), 5),
            ("250003", date(2026, 1, 1), 0),
            ("250004", date(2026, 1, 1), 0),
            ("250005", date(2026, 1, 1), 0),
        )
    ]
    moved = [
        ("in", TODAY - timedelta(days=29), "17612", "250003", "ship", -1),
        ("too old", TODAY - timedelta(days=30), "17612", "250004", "ship", -1),
        ("another's", TODAY, "17904", "250005", "ship", -1),
    ]
    document = count_sheet(opened(lot_inventory=lots, inventory_transactions=moved), TODAY)
    assert column(document, "17612", "lot_number") == ["250003", "250002", "250001", "Other:", "Other:"]


def test_the_week_lists_what_sells_most_first_and_adds_up_its_shelves(opened: Opened) -> None:
    supply = (30.0, None, None, None, "normal", 2)
    rows = [
        (MONDAY, sku, f"Product {sku}", on_hand, average, 52, *supply, full, loose)
        for sku, on_hand, average, full, loose in (
            ("17612", 100, 1.0, 2, 4),
            ("17904", -5, 9.0, 0, -5),
            ("18675", 96, 9.0, 2, 0),
        )
    ]
    other_week = (MONDAY - timedelta(weeks=1), "17612", "Product 17612", 1, 99.0, 52, *supply, 0, 1)
    document = report_week(opened(weekly_inventory_report=[other_week, *rows]), MONDAY)
    assert column(document, "Stock", "sku_code") == ["17904", "18675", "17612"]
    assert column(document, "Stock", "loose_unit_count") == [-5, 0, 4]
    assert table(document, "Stock").totals == {
        "product_name": "Total",
        "quantity_on_hand": 191,
        "full_pallet_count": 4,
        "loose_unit_count": -1,
        "average_weekly_units": 19.0,
    }
    assert (figures(document)["Units on hand"], figures(document)["Pallets"]) == (191, 6)


@pytest.mark.parametrize(
    ("today", "counted"),
    [
        (MONDAY + timedelta(days=6), "On hand is now"),
        (MONDAY + timedelta(days=7), "On hand is at the end of Sunday"),
    ],
)
def test_a_week_runs_until_its_sunday_is_over(opened: Opened, today: date, counted: str) -> None:
    source = opened(snapshot_info=[(AS_OF, today, "America/Chicago")])
    assert table(report_week(source, MONDAY), "Stock").note.startswith(counted)


def test_what_is_due_is_the_months_days_and_what_earlier_months_turned_out_to_be(opened: Opened) -> None:
    restated = [
        (OCTOBER, "c", SEPTEMBER, None, "17904", "Stock.", 0, 0, 0, 3, 135),
        (OCTOBER, "b", SEPTEMBER, "671002", "17612", "Later number.", 0, 0, 0, 0, 2),
        (OCTOBER, "d", SEPTEMBER, "671001", "17612", "Voided.", -1, -1, -10, 0, -2024),
        (OCTOBER, "e", SEPTEMBER - timedelta(days=1), None, "17904", "Stock.", 0, 0, 0, 1, 45),
    ]
    october = bill(business()["charge_report_daily"], restated=-1842)
    document = bill_month(opened(charge_restatements=restated, **october), OCTOBER, 1)
    # $11,085.60 of the month's own lines.
    assert figures(document)["Total due"] == 1_108_560 + 135 + 2 - 2024 + 45
    assert column(document, "Restatements", "cause") == ["Stock.", "Voided.", "Later number.", "Stock."]
    assert column(document, "Restatements", "total_cents") == [45, -2024, 2, 135]
    assert table(document, "Restatements").totals == {"restated_date": "Total", "total_cents": -1842}


def test_the_invoice_lists_the_lines_of_its_month_in_their_order_and_says_what_each_is(opened: Opened) -> None:
    kinds = ("order", "order", "handling", "storage", "postage", "restatement")
    lines = [(OCTOBER, number, kind, number, 10 * number, 100) for number, kind in enumerate(kinds, 1)]
    september = (OCTOBER - timedelta(days=30), 1, "order", 1, 1, 1)
    document = bill_month(opened(charge_report_lines=[*reversed(lines), september]), OCTOBER, 1)
    found = [(row["item"].split(",")[0], row["rate"], row["quantity"]) for row in table(document, "Charges").rows]
    assert found == [
        ("Orders", 1, 10),
        ("Orders", 2, 20),
        ("Units handled", 3, 30),
        ("Storage", 4, 40),
        ("Postage and insurance", 5, 50),
        ("Restatements of earlier months", 6, 60),
    ]


def test_an_invoices_number_tells_its_version_from_the_second_on(opened: Opened) -> None:
    source = opened()
    titles = [bill_month(source, OCTOBER, version).title for version in (1, 2, 10)]
    assert titles == ["Invoice 2026-10", "Invoice 2026-10-2", "Invoice 2026-10-10"]


def test_the_invoice_lists_the_dearest_service_first(opened: Opened) -> None:
    carriers = [
        (OCTOBER, "ups", "ground", 1, 500),
        (OCTOBER, "usps", "priority", 9, 4500),
        (OCTOBER, "fedex", "home", 2, 500),
        (SEPTEMBER.replace(day=1), "usps", "priority", 9, 99_999),
    ]
    document = bill_month(opened(charge_report_carriers=carriers), OCTOBER, 1)
    assert column(document, "Postage", "carrier_name") == ["usps", "fedex", "ups"]
    assert table(document, "Postage").totals == {
        "carrier_name": "Total",
        "package_count": 12,
        "postage_cents": 5500,
    }


@pytest.mark.parametrize("closed", [[], [(OCTOBER, 1, AS_OF, "hash")]], ids=["open", "closed"])
def test_the_invoice_of_an_open_month_is_a_draft_on_every_page_and_sheet(opened: Opened, closed: Rows) -> None:
    document = bill_month(opened(closed_months=closed), OCTOBER, 1)
    pages = pages_of(make_pdf(document))
    assert len(pages) > 1
    # Across the page and in its title.
    assert {page.count("DRAFT") for page in pages} == ({0} if closed else {2})
    book = load_workbook(BytesIO(make_workbook(document)))
    assert {f"{sheet['A1'].value}".startswith("DRAFT: Invoice") for sheet in book} == {not closed}


def test_a_product_that_lasts_for_more_than_a_year_after_the_week_has_no_date(opened: Opened) -> None:
    sunday = MONDAY + timedelta(days=6)
    days = (sunday + timedelta(days=365), sunday + timedelta(days=366), None)
    stock = [
        (MONDAY, sku, "Kit", 464, 9.0, 52, 300.0, day, day, day, "normal", 6, 5, 59)
        for sku, day in zip(("17612", "17904", "17914"), days, strict=True)
    ]
    document = report_week(opened(weekly_inventory_report=stock), MONDAY)
    assert column(document, "Stock", "run_out_date") == [days[0], "over a year", None]
    assert column(document, "Stock", "run_out_latest_date") == [days[0], "over a year", None]


def test_a_product_has_the_color_of_its_place_among_the_key_products_whatever_else_is_drawn(
    opened: Opened,
) -> None:
    names = ["PT Kit", "Travel Kit", "PPR Kit"]
    colors = dict(zip(names, series_colors(names, names), strict=True))
    assert len(set(colors.values())) == len(names)
    assert series_colors(["PPR Kit", OTHERS, "PT Kit"], names) == [
        colors["PPR Kit"],
        *series_colors([OTHERS], []),
        colors["PT Kit"],
    ]
    source = opened()
    in_week, in_day = colors_of(report_week(source, MONDAY)), colors_of(summarize_day(source, TODAY))
    both = in_week.keys() & in_day.keys()
    assert len(set(in_week.values())) == len(in_week) > 1
    assert [in_week[name] for name in both] == [in_day[name] for name in both]
