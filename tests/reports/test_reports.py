from __future__ import annotations

import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest
from openpyxl import load_workbook
from reading_files import kinds_of, outside_margins, pages_of, sheets_of, text_of
from report_snapshot import AS_OF, HOSTILE, MONDAY, OCTOBER, TODAY, bill, business, write_snapshot

from workflows.config.settings import Settings
from workflows.reports.report_archive import ReportExists, archived_report, make_reports
from workflows.reports.snapshot_source import SnapshotUnusable

PERIODS = (("eod", TODAY), ("eow", MONDAY), ("eom", OCTOBER))


def made(settings: Settings, kind: str, period: date, snapshot: Path) -> dict[str, Path]:
    """A period's files by what follows the version in their names."""
    files = make_reports(settings, kind, period, snapshot, 1)  # type: ignore[arg-type]
    return {path.name.partition("-v1-")[2]: path for path in files}


def test_the_days_summary_shows_what_shipped_and_keeps_the_unknown_out_of_the_total(
    settings: Settings, snapshot: Path
) -> None:
    text = text_of(made(settings, "eod", TODAY, snapshot)["summary.pdf"])
    assert "Friday, November 20, 2026" in text
    assert "17612 PT Kit 2 1,203" in text
    assert "Unknown SKU, in no total 1 1" in text
    assert "Total 1,207" in text
    assert "Ghost order Warning 2" in text


def test_the_count_sheet_lists_lots_and_never_what_the_ledger_expects(settings: Settings, snapshot: Path) -> None:
    files = made(settings, "eod", TODAY, snapshot)
    for text in (text_of(files["count-sheet.pdf"]), str(sheets_of(files["count-sheet.xlsx"]))):
        assert "250300" in text
        assert "240901" in text
        assert "230101" not in text, "a lot that is long gone"
        assert not any(expected in text for expected in ("7777", "7,777", "464", "163"))


def test_the_weekly_report_shows_each_product_with_its_supply(settings: Settings, snapshot: Path) -> None:
    text = text_of(made(settings, "eow", MONDAY, snapshot)["inventory.pdf"])
    assert "Week of Monday, Nov 16, 2026, to Sunday, Nov 22, 2026" in text
    assert "PT Kit 17612 7,777" in text
    # 7,777 = 162 pallets of 48 and one unit; 464 = 5 of 81 and 59.
    assert "PT Kit 17612 7,777 162 1 140.3 388.1 over a year Nov 1, 2027 over a year Low" in text
    assert "Travel Kit 17904 464 5 59 9.0 Normal" in text
    assert "Units shipped 1,207" in text


def test_dates_are_written_as_the_locale_does_and_figures_as_before(settings: Settings, snapshot: Path) -> None:
    files = made(settings.model_copy(update={"locale": "de-DE"}), "eow", MONDAY, snapshot)
    text = text_of(files["inventory.pdf"])
    assert "Week of Monday, 16.11.2026, to Sunday, 22.11.2026" in text
    assert "PT Kit 17612 7,777 162 1 140.3 388.1 over a year 01.11.2027 over a year Low" in text
    assert "as of 20.11.2026, 14:05 CST" in text
    sheet = load_workbook(files["inventory.xlsx"])["Stock and supply"]
    days = {cell.number_format for row in sheet.iter_rows() for cell in row if cell.is_date}
    assert days == {"dd.mm.yyyy"}
    # Made once, it stays: its bytes are what was sent.
    again = made(settings, "eow", MONDAY, snapshot)
    assert text_of(again["inventory.pdf"]) == text


def test_the_invoice_has_every_day_and_its_lines_add_up_to_the_total(settings: Settings, snapshot: Path) -> None:
    text = text_of(made(settings, "eom", OCTOBER, snapshot)["invoice.pdf"])
    # 465 orders, 4,650 units, 31 x 70 pallet-days, postage of 465 x $9.99; by hand.
    for line in (
        "Orders, each on its first ship date 465 $4.25 $1,976.25",
        "Units handled 4,650 $0.75 $3,487.50",
        "Storage, pallet-days 2,170 $0.45 $976.50",
        "Postage and insurance, as charged by the carriers 465 $4,645.35",
        "Total due $11,085.60",
    ):
        assert line in text
    for at in range(31):
        assert f"{OCTOBER + timedelta(days=at):%a, %b} {at + 1} " in text


def test_restatements_are_listed_with_their_causes_and_billed(settings: Settings, tmp_path: Path) -> None:
    day = date(2026, 9, 14)
    lines = [
        (OCTOBER, "a", day, "671001", "17612", "Label voided after the close.", -1, -1, -10, 0, -2024),
        (OCTOBER, "b", day, None, "17904", '=1+1 <b>"Late"</b>', 0, 0, 0, 3, 135),
        (TODAY.replace(day=1), "c", day, "671002", "17612", "Of another bill.", 1, 1, 1, 0, 999_999),
    ]
    closed = [(OCTOBER, 1, AS_OF, "0123abcd" * 8)]
    days = business()["charge_report_daily"]
    changes = {"charge_restatements": lines, "closed_months": closed, **bill(days, restated=-1889)}
    snapshot = write_snapshot(tmp_path / "s.duckdb", changes)
    files = made(settings, "eom", OCTOBER, snapshot)
    text = text_of(files["invoice.pdf"])
    assert "Sep 14, 2026 671001 17612 Label voided after the close. -1 -10 0 -$20.24" in text
    assert 'Sep 14, 2026 17904 =1+1 <b>"Late"</b> 0 0 3 $1.35' in text
    assert "Of another bill." not in text
    assert "Restatements of earlier months, listed at the end -$18.89" in text
    # $11,085.60 of the month's own lines.
    assert "Total due $11,066.71" in text
    assert "Closed on Nov 20, 2026; its lines are frozen" in text
    assert "0123abcd" * 8 in text
    assert kinds_of(files["invoice.xlsx"]) <= {"s", "n", "d"}


def test_the_workbook_holds_the_figures_as_numbers_and_the_codes_as_text(
    settings: Settings, snapshot: Path
) -> None:
    days = sheets_of(made(settings, "eom", OCTOBER, snapshot)["invoice.xlsx"])["Day by day"]
    assert days[5][:4] == ["Thu, Oct 1", 0, 0, 0]
    assert days[36][:2] == ["Total", 465]
    assert days[36][-1] == 11085.60
    stock = sheets_of(made(settings, "eow", MONDAY, snapshot)["inventory.xlsx"])["Stock and supply"]
    assert stock[5][:3] == ["PT Kit", "17612", 7777]


@pytest.mark.parametrize(("kind", "period"), PERIODS)
def test_every_page_names_its_number_and_the_snapshot_and_stays_inside_its_margins(
    settings: Settings, snapshot: Path, kind: str, period: date
) -> None:
    for name, path in made(settings, kind, period, snapshot).items():
        if name.endswith(".pdf"):
            pages = pages_of(path)
            for number, page in enumerate(pages, start=1):
                assert f"Page {number} of {len(pages)}" in page
                assert f"Made from {snapshot.name}, as of Nov 20, 2026, 2:05 PM CST" in page
            assert outside_margins(path, 20) == []
        else:
            assert snapshot.name in str(sheets_of(path))


def test_a_report_made_again_by_another_process_is_the_same_byte_for_byte(
    settings: Settings, snapshot: Path, tmp_path: Path
) -> None:
    program = (
        "import sys; from datetime import date; from pathlib import Path;"
        "from workflows.reports.report_archive import make_reports;"
        "from workflows.config.settings_reader import read_settings;"
        "home, snapshot, *periods = sys.argv[1:];"
        "settings = read_settings({'SHIPLEDGER_HOME': home});"
        "[make_reports(settings, kind, date.fromisoformat(day), Path(snapshot), 1)"
        " for kind, day in zip(periods[::2], periods[1::2])]"
    )
    elsewhere = tmp_path / "elsewhere"
    periods = [str(word) for one in PERIODS for word in one]
    subprocess.run(
        [sys.executable, "-c", program, str(elsewhere), str(snapshot), *periods],
        check=True,
        env={"TZ": "Pacific/Auckland", "PYTHONHASHSEED": "7"},
    )
    for kind, period in PERIODS:
        for path in make_reports(settings, kind, period, snapshot, 1):  # type: ignore[arg-type]
            again = elsewhere / path.relative_to(settings.home)
            assert again.read_bytes() == path.read_bytes(), path.name


@pytest.mark.parametrize(("kind", "period"), PERIODS)
def test_hostile_text_is_shown_as_text_in_every_file(
    settings: Settings, tmp_path: Path, kind: str, period: date
) -> None:
    hostile = {
        table: [[HOSTILE if value == "PT Kit" else value for value in row] for row in business()[table]]
        for table in ("skus", "inventory_current", "weekly_inventory_report")
    }
    restated = (OCTOBER, "a", date(2026, 9, 14), "671001", "17612", HOSTILE, -1, -1, -10, 0, -2024)
    snapshot = write_snapshot(tmp_path / "s.duckdb", {**hostile, "charge_restatements": [restated]})
    for name, path in made(settings, kind, period, snapshot).items():
        if name.endswith(".pdf"):
            assert HOSTILE[:20] in text_of(path), name
        else:
            assert HOSTILE[:16] in str(sheets_of(path)), name
            assert kinds_of(path) <= {"s", "n", "d"}, name


def test_a_name_of_any_length_and_any_script_stays_inside_the_page(settings: Settings, tmp_path: Path) -> None:
    names = ["W" * 3000, "漢字 😀 \x00\x1b[31m \u202egnp.exe \ud7ff", "a\nb\tc " * 200, "", " "]
    snapshot = write_snapshot(
        tmp_path / "s.duckdb",
        {
            "shipped_items": [
                (str(at), at, at, "1", TODAY, name, None, None, "unassigned", 10**12)
                for at, name in enumerate(names * 30)
            ]
        },
    )
    files = made(settings, "eod", TODAY, snapshot)
    assert outside_margins(files["summary.pdf"], 20) == []
    cells = [row[0] for row in sheets_of(files["summary.xlsx"])["Shipped"]]
    assert "W" * 3000 in cells
    assert not any("\u202e" in str(cell) or "\x1b" in str(cell) for cell in cells)


def test_a_long_table_repeats_its_head_on_every_page_and_ends_with_its_total(
    settings: Settings, tmp_path: Path
) -> None:
    items = [(str(at), at, at, "1", TODAY, f"x{at}", None, None, "unassigned", 1) for at in range(200)]
    snapshot = write_snapshot(tmp_path / "s.duckdb", {"shipped_items": items})
    pages = pages_of(made(settings, "eod", TODAY, snapshot)["summary.pdf"])
    listing = [page for page in pages if "Unknown SKU" in page]
    assert len(listing) > 3
    assert all("SKU Product Orders Units" in page for page in listing)
    assert "Total 0" in listing[-1]


def test_an_empty_business_gives_reports_that_say_so(settings: Settings, tmp_path: Path) -> None:
    kept = ("snapshot_info", "skus")
    tables = ("shipped_orders", "shipped_items", "orders_inbox", "packages", "order_consignees", "exceptions")
    more = ("lot_inventory", "inventory_transactions", "inventory_daily", "inventory_current")
    reports = (
        "weekly_shipped_history",
        "weekly_inventory_report",
        "charge_report_daily",
        "charge_report_monthly",
        "charge_report_lines",
        "charge_report_carriers",
    )
    nothing = {table: [] for table in (*tables, *more, *reports) if table not in kept}
    snapshot = write_snapshot(tmp_path / "s.duckdb", nothing)
    said = {kind: made(settings, kind, period, snapshot) for kind, period in PERIODS}
    assert "Nothing shipped on this day." in text_of(said["eod"]["summary.pdf"])
    assert "This week is not complete" in text_of(said["eow"]["inventory.pdf"])
    assert "No day of this month has ended yet" in text_of(said["eom"]["invoice.pdf"])


def test_a_version_is_kept_as_it_was_and_a_damaged_one_is_made_again(
    settings: Settings, snapshot: Path, tmp_path: Path
) -> None:
    files = make_reports(settings, "eow", MONDAY, snapshot, 1)
    before = files[0].read_bytes()
    assert files[0].parent == settings.home / "reports" / "eow" / "2026-11-16" / "v1"
    other = write_snapshot(tmp_path / "other.duckdb")
    with pytest.raises(ReportExists, match="--force"):
        make_reports(settings, "eow", MONDAY, other, 1)
    files[0].write_bytes(b"cut")
    assert make_reports(settings, "eow", MONDAY, snapshot, 1) == files
    assert files[0].read_bytes() == before
    make_reports(settings, "eow", MONDAY, other, 2)
    kept = [archived_report(settings, "eow", MONDAY, version) for version in (1, 2, 3)]
    assert [report and report.snapshot for report in kept] == [snapshot.name, "other.duckdb", None]


def test_what_a_killed_process_left_is_not_taken_for_a_report(settings: Settings, snapshot: Path) -> None:
    aside = settings.home / "reports" / "eow" / "2026-11-16" / ".v1.part"
    aside.mkdir(parents=True)
    (aside / "report.json").write_text("{}")
    assert archived_report(settings, "eow", MONDAY, 1) is None
    assert all(path.stat().st_size for path in make_reports(settings, "eow", MONDAY, snapshot, 1))
    assert not aside.exists()


def test_a_snapshot_that_is_gone_is_a_sentence_with_what_to_do(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(SnapshotUnusable, match=r"is gone: only the last ones are kept.*--force"):
        make_reports(settings, "eod", TODAY, tmp_path / "shipledger-1.duckdb", 1)
    assert archived_report(settings, "eod", TODAY, 1) is None


def test_a_snapshot_of_an_earlier_release_is_a_sentence_with_what_to_do(
    settings: Settings, tmp_path: Path
) -> None:
    snapshot = write_snapshot(tmp_path / "s.duckdb")
    snapshot.chmod(0o644)
    with duckdb.connect(str(snapshot)) as connection:
        connection.execute("drop table marts.shipped_daily")
    with pytest.raises(SnapshotUnusable, match=r"earlier release.*Run `sync`, then close again with --force"):
        make_reports(settings, "eod", TODAY, snapshot, 1)
