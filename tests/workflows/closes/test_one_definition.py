"""One definition of each figure: wherever orders, packages and units of a period are shown, they are the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from homes import settings_of

from streamlit_app.views.charges import MONTHS
from streamlit_app.views.today import SHIPPED_ON
from tests.reports.reading_files import sheets_of, text_of
from workflows.closes.close_facts import month_figures, shipped_figures
from workflows.closes.close_summary import summary_of
from workflows.config.periods import CloseKind, period_of
from workflows.config.settings import Settings
from workflows.reports.daily import summarize_day
from workflows.reports.document import Document, Figures, Table
from workflows.reports.monthly import bill_month
from workflows.reports.report_archive import make_reports
from workflows.reports.snapshot_source import Source, open_snapshot
from workflows.reports.weekly import report_week

_HISTORY = "select sum(quantity_shipped) as units from marts.weekly_shipped_history where week_start_date = ?"
_SENTENCE = re.compile(r"([\d,]+) orders? shipped, ([\d,]+) units?")


@pytest.fixture(scope="module")
def settings(built_home: Path) -> Settings:
    return settings_of(built_home)


@pytest.fixture(scope="module")
def source(settings: Settings) -> Iterator[Source]:
    with open_snapshot((settings.published / "current.duckdb").resolve(), settings.locale) as opened:
        yield opened


def days_of(source: Source) -> list[date]:
    """All days from the first shipment to the business day."""
    return [row["ship_date"] for row in source.rows("select ship_date from marts.shipped_daily order by 1")]


def sentence(settings: Settings, source: Source, kind: CloseKind, day: date) -> tuple[int, int]:
    """Orders and units as the command line, the card, `status` and the mail say them of a close."""
    period = period_of(kind, day)
    figures: dict[str, Any] = {"shipped": shipped_figures(settings, source.name, period)}
    if kind == "eom":
        figures["bill"] = month_figures(settings, source.name, period.first)
    found = _SENTENCE.search(summary_of(figures))
    assert found is not None
    orders, units = (int(number.replace(",", "")) for number in found.groups())
    return orders, units


def printed(document: Document) -> dict[str, int]:
    """The key figures of a report; its PDF and its workbook are made from them."""
    (figures,) = (part for part in document.parts if isinstance(part, Figures))
    return {figure.label: figure.value for figure in figures.figures}


def total_of(document: Document, title: str, column: str) -> int:
    (table,) = (part for part in document.parts if isinstance(part, Table) and part.title == title)
    return (table.totals or {}).get(column, 0)


def test_a_day_has_one_set_of_figures_in_sentence_report_page_and_charges(
    settings: Settings, source: Source
) -> None:
    charged = {row["charge_date"]: row for row in source.rows("from marts.charge_report_daily")}
    days = days_of(source)
    assert len(charged) == len(days) - 1, "all but the day that runs"
    for day in days:
        summary = summarize_day(source, day)
        shown = printed(summary)
        page = source.row(SHIPPED_ON, day)
        said = sentence(settings, source, "eod", day)
        assert said == (shown["Orders shipped"], shown["Units shipped"]) == (page["orders"], page["units"]), day
        assert said[1] == total_of(summary, "Shipped", "units"), day
        if day in charged:
            bill = charged[day]
            assert said == (bill["order_count"], bill["unit_count"]), day
            assert shown["Packages"] == bill["package_count"], day


def test_a_week_is_the_sum_of_its_days_in_sentence_report_and_history(settings: Settings, source: Source) -> None:
    days = days_of(source)
    for monday in sorted({day - timedelta(days=day.weekday()) for day in days}):
        week = [day for day in days if monday <= day < monday + timedelta(days=7)]
        said = sentence(settings, source, "eow", monday)
        assert said == tuple(map(sum, zip(*(sentence(settings, source, "eod", day) for day in week), strict=True)))
        assert said[1] == printed(report_week(source, monday))["Units shipped"], monday
        assert said[1] == source.row(_HISTORY, monday)["units"], monday


def test_a_month_has_one_set_of_figures_in_sentence_invoice_page_and_days(
    settings: Settings, source: Source
) -> None:
    months = {row["charge_month"]: row for row in source.rows(MONTHS)}
    assert len(months) >= 2
    for month, page in months.items():
        invoice = bill_month(source, month, 1)
        shown = printed(invoice)
        said = sentence(settings, source, "eom", month)
        assert said == (shown["Orders"], shown["Units"]) == (page["order_count"], page["unit_count"])
        assert (shown["Packages"], shown["Total due"]) == (page["package_count"], page["total_cents"])
        assert said[1] == total_of(invoice, "Day by day", "unit_count")


def test_units_of_unknown_skus_are_in_no_total_and_said_beside_it(settings: Settings, source: Source) -> None:
    (row,) = source.rows(
        "select ship_date, unknown_unit_count as unknown from marts.shipped_daily order by 2 desc, 1 limit 1"
    )
    assert row["unknown"] > 0, "the business has shipped what nobody knows"
    counted = "select coalesce(sum(quantity_shipped), 0) as units from marts.shipped_items where ship_date = ? and"
    assert source.row(f"{counted} sku_code is null", row["ship_date"])["units"] == row["unknown"]
    said = sentence(settings, source, "eod", row["ship_date"])
    assert source.row(f"{counted} sku_code is not null", row["ship_date"])["units"] == said[1]
    words = summary_of({"shipped": shipped_figures(settings, source.name, period_of("eod", row["ship_date"]))})
    assert f"{row['unknown']} unit{'s' * (row['unknown'] > 1)} of unknown SKUs not included" in words


@pytest.mark.parametrize("kind", ["eod", "eow", "eom"])
def test_the_files_show_what_the_sentence_says(
    settings: Settings, source: Source, tmp_path: Path, kind: CloseKind
) -> None:
    period = period_of(kind, days_of(source)[-8])
    orders, units = sentence(settings, source, kind, period.first)
    made = make_reports(settings_of(tmp_path), kind, period.first, settings.published / source.name, version=1)
    for path in made:
        if "count-sheet" in path.name:
            continue
        if path.suffix == ".pdf":
            text = text_of(path)
            assert f"{units:,}" in text
            assert kind == "eow" or f"{orders:,}" in text
        else:
            cells = [cell for sheet in sheets_of(path).values() for row in sheet for cell in row]
            assert units in cells
            assert kind == "eow" or orders in cells
