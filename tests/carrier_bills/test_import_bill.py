"""Loading bills into a warehouse: each file once, whole or not at all, and nothing of persons."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from written_bills import STAMPS, fedex, ups_line, written

from ingest.errors import FileRefused
from ingest.pipeline import Warehouse
from ingest.sources.carrier_bills.bill_source import import_bill, preview_bill


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse(tmp_path / "warehouse.duckdb", tmp_path / "scratch")


def rows(warehouse: Warehouse, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(warehouse.path)) as connection:
        connection.execute("set schema = 'raw_carrier_bills'")
        return connection.execute(query).fetchall()


def test_a_file_is_loaded_once_also_under_another_name_and_after_a_kill(
    tmp_path: Path, warehouse: Warehouse
) -> None:
    first = import_bill(written(tmp_path, ups_line() + ups_line(tracking="1Z999AA10123456785")), warehouse)
    assert (first.lines, first.amount_cents, first.format, first.carrier) == (2, 1670, "ups", "ups")
    again = import_bill(written(tmp_path, (tmp_path / "bill.csv").read_bytes(), "other.csv"), warehouse)
    assert (again.lines, again.loaded_before_as) == (0, "bill.csv")
    # As a job that was killed before it noted that it was done.
    resumed = import_bill(tmp_path / "bill.csv", warehouse, started_at=datetime.now(UTC) - timedelta(hours=1))
    assert (resumed.loaded_before_as, resumed.lines, resumed.carrier) == (None, 2, "ups")
    # As a process that was killed between the lines and the row of the file leaves it.
    rows(warehouse, "delete from bills")
    assert import_bill(tmp_path / "other.csv", warehouse).loaded_before_as is None
    assert rows(warehouse, "select file_name, line_count, amount_cents from bills") == [("other.csv", 2, 1670)]
    assert rows(warehouse, "select line_number, tracking_number from lines order by 1") == [
        (1, "1Z999AA10123456784"),
        (2, "1Z999AA10123456785"),
    ]


def test_of_a_file_with_one_bad_line_nothing_is_loaded(tmp_path: Path, warehouse: Warehouse) -> None:
    good = "".join(ups_line(tracking=f"1Z999AA1{number:010}") for number in range(6000))
    with pytest.raises(FileRefused, match="line 6001, column 53"):
        import_bill(written(tmp_path, good + ups_line(amount="?")), warehouse)
    with pytest.raises(duckdb.CatalogException):
        rows(warehouse, "from lines")


def test_nothing_of_persons_is_loaded(tmp_path: Path, warehouse: Warehouse) -> None:
    import_bill(written(tmp_path, ups_line(receiver="Jane Doe", reference="for Jane Doe")), warehouse)
    import_bill(
        written(tmp_path, fedex("9-1,794600000001,20261003,8.35,3,L,Jane Doe,,,,"), "fedex.csv"), warehouse
    )
    loaded = repr(rows(warehouse, "from lines") + rows(warehouse, "from bills"))
    assert "794600000001" in loaded
    assert "Jane" not in loaded


MAPPING = """
carrier = "dhl_express"
[columns]
tracking_number = "Waybill"
charged_on = "Day"
amount = "Total"
description = "What"
[kinds]
"Remote" = "surcharge"
"""
MAPPED = """Waybill,Day,Total,What,Receiver
JD0146000031,2026-10-03,21.40,Express,Jane Doe
JD0146000031,2026-10-03,3,Remote,Jane Doe
"""


def test_a_mapped_file_is_shown_before_it_is_loaded(tmp_path: Path, warehouse: Warehouse) -> None:
    mapping, bill = written(tmp_path, MAPPING, "dhl.toml"), written(tmp_path, MAPPED)
    shown = preview_bill(bill, mapping=mapping)
    assert (shown["format"], shown["carrier"], shown["columns_left_out"]) == (
        "bill of dhl_express",
        "dhl_express",
        1,
    )
    assert [(line["charge_kind"], line["amount_cents"]) for line in shown["lines"]] == [
        ("base", 2140),
        ("surcharge", 300),
    ]
    assert "Jane" not in repr(shown)
    assert not warehouse.path.exists()
    loaded = import_bill(bill, warehouse, mapping=mapping)
    assert (loaded.format, loaded.carrier, loaded.amount_cents) == ("mapped", "dhl_express", 2440)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("carrier", "carriers"), "has carriers; it may have bills, carrier, columns, kinds, minus"),
        (("[columns]", "minus = 'debit'\n[columns]"), "says minus = something else than"),
        (('"dhl_express"', '"DHL Express"'), "names no carrier"),
        (('amount = "Total"\n', ""), "lacks amount in"),
        (("description", "charge"), "names charge in"),
        (('"surcharge"', '"extra"'), "has other kinds than"),
        (("[columns]", "[columns"), "cannot be read"),
        (
            ('"Waybill"', '"Airwaybill"'),
            'has no column "airwaybill", which the mapping names. Its known columns are "day", "total", "what"',
        ),
    ],
)
def test_a_wrong_mapping_is_refused_with_what_to_correct(
    tmp_path: Path, change: tuple[str, str], sentence: str
) -> None:
    mapping = written(tmp_path, MAPPING.replace(*change), "dhl.toml")
    with pytest.raises(FileRefused, match=sentence):
        preview_bill(written(tmp_path, MAPPED), mapping=mapping)


def test_a_mapped_file_without_a_header_is_refused_without_its_cells(tmp_path: Path) -> None:
    mapping, bill = written(tmp_path, MAPPING, "dhl.toml"), written(tmp_path, MAPPED.partition("\n")[2])
    with pytest.raises(FileRefused, match="No cell of its first line is a known column") as refused:
        preview_bill(bill, mapping=mapping)
    assert "Jane" not in str(refused.value)


def test_a_preview_says_what_is_wrong_in_its_lines(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match=r"line 2, column 4 .* is not an amount"):
        preview_bill(written(tmp_path, STAMPS.replace("-$8.35", "soon")))


def test_a_list_of_several_carriers_is_of_none_whatever_carrier_was_given(
    tmp_path: Path, warehouse: Warehouse
) -> None:
    content = "Date,Tracking #,Adjustment Reason,Adjustment Amount\n2026-10-03,1Z999AA10123456784,Weight,1.20\n"
    done = import_bill(written(tmp_path, content), warehouse, carrier="shipstation")
    assert (done.carrier, done.lines) == (None, 1)
    assert rows(warehouse, "select carrier from bills") == [(None,)]


@pytest.mark.parametrize(
    ("minus", "amounts"), [("", None), ('minus = "credit"', [-2140, -300]), ('minus = "charge"', [2140, 300])]
)
def test_a_mapped_file_with_a_minus_everywhere_is_read_as_the_mapping_says_or_refused(
    tmp_path: Path, minus: str, amounts: list[int] | None
) -> None:
    mapping = written(tmp_path, f"{minus}\n{MAPPING}", "dhl.toml")
    bill = written(tmp_path, MAPPED.replace(",21.40", ",-21.40").replace(",3,", ",-3,"))
    if amounts is None:
        with pytest.raises(FileRefused, match="all its amounts have a minus, and may be charges or credits"):
            preview_bill(bill, mapping=mapping)
    else:
        assert [line["amount_cents"] for line in preview_bill(bill, mapping=mapping)["lines"]] == amounts


@pytest.mark.parametrize(("second", "amounts"), [("4.00", [-300, -400]), ("-4.00", None)])
def test_a_mapped_refund_is_money_back_unless_some_have_a_minus_and_some_none(
    tmp_path: Path, second: str, amounts: list[int] | None
) -> None:
    mapping = written(tmp_path, MAPPING.replace('"surcharge"', '"refund"'), "dhl.toml")
    rows = [f"JD0146000031,2026-10-03,{amount},Remote,\n" for amount in ("3.00", second)]
    bill = written(tmp_path, MAPPED.partition("\n")[0] + "\n" + "".join(rows))
    if amounts is None:
        with pytest.raises(FileRefused, match=r"line 3, column 3 .* is called money back"):
            preview_bill(bill, mapping=mapping)
    else:
        assert [line["amount_cents"] for line in preview_bill(bill, mapping=mapping)["lines"]] == amounts


def test_a_carrier_without_a_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="no format for the carrier dhl; there are those of ups, fedex"):
        preview_bill(written(tmp_path, STAMPS), carrier="dhl")
