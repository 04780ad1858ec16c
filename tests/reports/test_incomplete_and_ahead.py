"""What is missing, or was charged before it had come, is said in every file and on every page."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from reading_files import outside_margins, pages_of, sheets_of, text_of
from report_snapshot import AS_OF, MONDAY, OCTOBER, TODAY, bill, charges, write_snapshot

from workflows.config.settings import Settings
from workflows.reports.report_archive import ReportKind, make_reports

CLOSED = {"closed_months": [(OCTOBER, 1, AS_OF, "0123abcd" * 8)]}
LACK = "INCOMPLETE: changes of {} were not loaded when this was made."


def texts(settings: Settings, kind: ReportKind, period: date, snapshot: Path) -> list[str]:
    """The text of each page of a period's PDFs and of each sheet of its workbooks."""
    found = []
    for path in make_reports(settings, kind, period, snapshot, 1):
        if path.suffix == ".pdf":
            assert outside_margins(path, 20) == []
            found += pages_of(path)
        else:
            found += [str(rows) for rows in sheets_of(path).values()]
    return found


@pytest.mark.parametrize(
    ("kind", "period", "days"),
    [
        ("eod", TODAY, "Nov 13, 2026 to Nov 14, 2026"),
        ("eow", MONDAY, "Nov 9, 2026 to Nov 14, 2026"),
        ("eom", OCTOBER, "Sep 19, 2025 to Nov 14, 2026"),
    ],
)
def test_every_page_and_sheet_of_what_is_not_loaded_whole_says_which_days_are_missing(
    settings: Settings, tmp_path: Path, kind: ReportKind, period: date, days: str
) -> None:
    snapshot = write_snapshot(tmp_path / "s.duckdb", loaded_from=datetime(2026, 11, 15, 6, tzinfo=UTC))
    said = texts(settings, kind, period, snapshot)
    assert len(said) > 3
    assert [LACK.format(days) in text for text in said] == [True] * len(said)


def test_a_day_that_is_loaded_says_when_the_stock_is_not_whole(settings: Settings, tmp_path: Path) -> None:
    snapshot = write_snapshot(tmp_path / "s.duckdb", loaded_from=datetime(2026, 11, 13, 6, tzinfo=UTC))
    for text in texts(settings, "eod", TODAY, snapshot):
        assert "The stock is incomplete: changes of Sep 19, 2025 to Nov 12, 2026 are not loaded." in text


@pytest.mark.parametrize(("kind", "period"), [("eod", TODAY), ("eow", MONDAY), ("eom", OCTOBER)])
def test_what_is_whole_says_nothing_of_it(
    settings: Settings, snapshot: Path, kind: ReportKind, period: date
) -> None:
    assert not [text for text in texts(settings, kind, period, snapshot) if "not loaded" in text or " *" in text]


def test_an_invoice_that_was_closed_incomplete_stays_marked_when_all_is_loaded_later(
    settings: Settings, tmp_path: Path
) -> None:
    days = [
        charges(OCTOBER + timedelta(days=at), 1, 1, 70, 0, lack="2026-10-01 to 2026-10-28") for at in range(31)
    ]
    snapshot = write_snapshot(tmp_path / "s.duckdb", {**bill(days), **CLOSED})
    for text in texts(settings, "eom", OCTOBER, snapshot):
        assert LACK.format("Oct 1, 2026 to Oct 28, 2026") in text


def test_an_invoice_that_was_closed_whole_is_not_marked_by_a_warehouse_that_was_lost_since(
    settings: Settings, tmp_path: Path
) -> None:
    snapshot = write_snapshot(tmp_path / "s.duckdb", CLOSED, loaded_from=AS_OF - timedelta(days=1))
    assert not [text for text in texts(settings, "eom", OCTOBER, snapshot) if "INCOMPLETE" in text]


def test_days_charged_before_they_had_ended_are_marked_in_the_pdf_and_in_the_workbook(
    settings: Settings, tmp_path: Path
) -> None:
    days = [
        charges(OCTOBER + timedelta(days=at), int(at < 30), int(at < 30), 70, 0, ahead=at > 28) for at in range(31)
    ]
    snapshot = write_snapshot(tmp_path / "s.duckdb", {**bill(days), **CLOSED})
    pdf, workbook = make_reports(settings, "eom", OCTOBER, snapshot, 1)
    text = text_of(pdf)
    assert "Charged before they had ended, marked * below: Oct 30, 2026; Oct 31, 2026." in text
    assert "Thu, Oct 29 1 1 1 70 $4.25" in text
    assert "Fri, Oct 30 * 1 1 1 70 $4.25 $0.75 $31.50 $0.00 $36.50" in text
    assert "Sat, Oct 31 * 0 0 0 70 $0.00 $0.00 $31.50 $0.00 $31.50" in text
    assert "* Had not ended when the month was closed: shipments as known then, storage for the stock" in text
    sheet = sheets_of(workbook)["Day by day"]
    assert [row[0] for row in sheet[33:36]] == ["Thu, Oct 29", "Fri, Oct 30 *", "Sat, Oct 31 *"]
    assert any(str(cell).startswith("Pallets are") and "* Had not ended" in cell for row in sheet for cell in row)
