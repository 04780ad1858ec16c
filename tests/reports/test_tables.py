from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from workflows.config.dates import Dates
from workflows.reports.tables import csv_bytes, xlsx_bytes

AS_OF = datetime(2026, 11, 20, 20, 5, tzinfo=UTC)
DATES = Dates("en-US", ZoneInfo("America/Chicago"))
FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", " =1", "\x00=1"]


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_formula_is_shown_as_text_in_csv_and_in_a_workbook(formula: str, tmp_path: Path) -> None:
    value = csv_bytes(["note"], [[formula]]).decode("utf-8-sig").split("\r\n")[1].strip('"')
    assert value[0] in ("'", "�")
    path = tmp_path / "table.xlsx"
    path.write_bytes(xlsx_bytes("Notes", ["note"], [[formula]], AS_OF, DATES))
    cell = openpyxl.load_workbook(path)["Notes"]["A2"]
    assert cell.data_type != "f"
    assert isinstance(cell.value, str)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("17612 Kit 8/16 oz [new]: why*? \\", "17612 Kit 8-16 oz -new-- why--"),
        ("'quoted'", "quoted"),
        ("W" * 30 + "'s", "W" * 30),
        ("a\x00b", "a�b"),
        (" \t ", "Sheet"),
    ],
)
def test_any_text_can_name_a_sheet(text: str, name: str, tmp_path: Path) -> None:
    path = tmp_path / "table.xlsx"
    path.write_bytes(xlsx_bytes(text, ["lot"], [["250300"]], AS_OF, DATES))
    assert openpyxl.load_workbook(path).sheetnames == [name]


def test_numbers_days_quotes_and_codes_stay_as_they_are_in_csv() -> None:
    rows = [[date(2026, 11, 20), -5, "17612 - 250300", None, 'say "hi"']]
    assert csv_bytes(["day", "units", "sku", "lot", "note"], rows).decode("utf-8-sig") == (
        'day,units,sku,lot,note\r\n2026-11-20,-5,17612 - 250300,,"say ""hi"""\r\n'
    )


def test_a_workbook_keeps_what_each_value_is_and_writes_instants_as_utc(tmp_path: Path) -> None:
    elsewhere = AS_OF.astimezone(ZoneInfo("America/Chicago"))
    row = ["00250300", 17612, 4.25, date(2026, 11, 20), elsewhere, True, None, "https://example.com", "W" * 40_000]
    path = tmp_path / "table.xlsx"
    path.write_bytes(
        xlsx_bytes("A name that is longer than a sheet's", [str(at) for at in range(9)], [row], AS_OF, DATES)
    )
    sheet = openpyxl.load_workbook(path).active
    assert sheet is not None
    cells = next(iter(sheet.iter_rows(min_row=2)))
    assert [cell.value for cell in cells[:7]] == [
        "00250300",
        17612,
        4.25,
        datetime(2026, 11, 20),
        datetime(2026, 11, 20, 20, 5),
        True,
        None,
    ]
    assert [cell.number_format for cell in cells[3:5]] == ["mmm d, yyyy", "mmm d, yyyy hh:mm:ss"]
    assert cells[7].hyperlink is None
    assert cells[8].value == "W" * 32_767


def test_the_same_rows_are_the_same_bytes() -> None:
    for make in (
        lambda: xlsx_bytes("Lots", ["lot"], [["250300"]], AS_OF, DATES),
        lambda: csv_bytes(["lot"], [["250300"]]),
    ):
        assert make() == make()
