"""The invoice in the books: the lines of the invoice, in the columns of the program, to the cent."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from homes import settings_of

from tests.contract_tables import create_tables, insert
from workflows.config.settings import Settings
from workflows.errors import ConfigurationError, ShipledgerError, UsageError
from workflows.reports.accounting import COLUMNS, InvoiceTerms, export_invoice

OCTOBER = date(2026, 10, 1)
# Late in the evening of the 30th in Chicago.
CLOSED_AT = datetime(2026, 10, 31, 3, tzinfo=UTC)
TERMS = InvoiceTerms("Brand, Ltd", 30, day_first=False)
# Line, kind, rate, quantity, amount. The rate changed within the month; units at the third are not its multiple.
LINES = [
    (1, "order", 425, 600, 255000),
    (2, "order", 450, 50, 22500),
    (3, "handling", 75, 2601, 195076),
    (4, "storage", 45, 3210, 144450),
    (5, "postage", None, 700, 612345),
    (6, "restatement", None, None, -1207),
]
TOTAL = 1228164


@contextmanager
def snapshot_in(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    settings.published.mkdir(parents=True)
    with duckdb.connect(str(settings.published / "a.duckdb")) as connection:
        create_tables(connection)
        yield connection
    (settings.published / "current.duckdb").symlink_to("a.duckdb")


def publish(settings: Settings, *, total: int = TOTAL, version: int = 1) -> None:
    with snapshot_in(settings) as connection:
        columns = "charge_month, line_number, charge_kind, rate_cents, quantity, amount_cents"
        insert(connection, "charge_report_lines", columns, [(OCTOBER, *line) for line in LINES])
        insert(connection, "charge_report_monthly", "charge_month, total_cents", [(OCTOBER, total)])
        insert(connection, "closed_months", "month, version, closed_at", [(OCTOBER, version, CLOSED_AT)])


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(newline="", encoding="utf-8") as content:
        return list(csv.DictReader(content))


def exported(settings: Settings, software: str, **terms: Any) -> list[dict[str, str]]:
    file = settings.home / "invoice.csv"
    export_invoice(settings, OCTOBER, software, file, InvoiceTerms(**vars(TERMS) | terms))
    rows = rows_of(file)
    assert list(rows[0]) == list(COLUMNS[software])
    return rows


@pytest.mark.parametrize(
    ("software", "quantity", "rate"),
    [("quickbooks", "ItemQuantity", "ItemRate"), ("xero", "*Quantity", "*UnitAmount")],
)
def test_quantities_times_rates_add_up_to_the_invoice_to_the_cent(
    tmp_path: Path, software: str, quantity: str, rate: str
) -> None:
    settings = settings_of(tmp_path)
    publish(settings)
    amounts = [Decimal(row[quantity]) * Decimal(row[rate]) for row in exported(settings, software)]
    assert sum(amounts) * 100 == TOTAL
    assert amounts == [Decimal(line[4]) / 100 for line in LINES]


def test_quickbooks_gets_items_and_amounts_with_dates_of_the_business(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    publish(settings)
    first, *_, last = exported(settings, "quickbooks")
    assert first == {
        "*InvoiceNo": "2026-10",
        "*Customer": "Brand, Ltd",
        "*InvoiceDate": "10/30/2026",
        "*DueDate": "11/29/2026",
        "Item(Product/Service)": "Fulfillment:Orders",
        "ItemDescription": "Orders, each on its first ship date",
        "ItemQuantity": "600",
        "ItemRate": "4.25",
        "*ItemAmount": "2550.00",
    }
    assert (last["*ItemAmount"], last["ItemQuantity"], last["ItemRate"]) == ("-12.07", "1", "-12.07")


def test_xero_gets_accounts_and_tax_types_and_days_first_on_request(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    publish(settings, version=2)
    row = exported(settings, "xero", day_first=True, due_days=0)[4]
    assert {name: value for name, value in row.items() if value} == {
        "*ContactName": "Brand, Ltd",
        "*InvoiceNumber": "2026-10-2",
        "*InvoiceDate": "30/10/2026",
        "*DueDate": "30/10/2026",
        "*Description": "Postage and insurance, as charged by the carriers",
        "*Quantity": "1",
        "*UnitAmount": "6123.45",
        "*AccountCode": "200",
        "*TaxType": "Tax Exempt",
    }


def test_a_month_that_is_not_closed_has_no_invoice_for_the_books(tmp_path: Path) -> None:
    settings, file = settings_of(tmp_path), tmp_path / "invoice.csv"
    with pytest.raises(UsageError, match="October 2026 is not closed"):
        export_invoice(settings, OCTOBER, "xero", file, TERMS)
    publish(settings)
    with pytest.raises(UsageError, match=r"November 2026 is not closed.*eom --date 2026-11-01"):
        export_invoice(settings, date(2026, 11, 1), "xero", file, TERMS)
    assert not file.exists()


def test_a_file_is_never_replaced(tmp_path: Path) -> None:
    settings, file = settings_of(tmp_path), tmp_path / "invoice.csv"
    publish(settings)
    file.write_text("mine")
    with pytest.raises(UsageError, match=r"invoice\.csv exists"):
        export_invoice(settings, OCTOBER, "xero", file, TERMS)
    assert file.read_text() == "mine"
    with pytest.raises(UsageError, match="cannot be written"):
        export_invoice(settings, OCTOBER, "xero", tmp_path / "none" / "invoice.csv", TERMS)


def test_a_kind_of_charge_without_an_account_is_named(tmp_path: Path) -> None:
    own = tmp_path / "reference"
    own.mkdir()
    header = "charge_kind,description,quickbooks_item,xero_account_code,xero_tax_type"
    (own / "accounts.csv").write_text(f"{header}\norder,Orders,O,200,None\nhandling,Units,H,200,None\n")
    settings = settings_of(tmp_path / "home", SHIPLEDGER_REFERENCE=str(own))
    publish(settings)
    with pytest.raises(ConfigurationError, match="no row for postage, restatement, storage"):
        export_invoice(settings, OCTOBER, "xero", tmp_path / "invoice.csv", TERMS)
    (own / "accounts.csv").unlink()
    with pytest.raises(ConfigurationError, match=r"accounts\.csv cannot be read"):
        export_invoice(settings, OCTOBER, "xero", tmp_path / "invoice.csv", TERMS)


def test_lines_that_do_not_add_up_are_written_nowhere(tmp_path: Path) -> None:
    settings, file = settings_of(tmp_path), tmp_path / "invoice.csv"
    publish(settings, total=TOTAL + 1)
    with pytest.raises(ShipledgerError, match="do not add up"):
        export_invoice(settings, OCTOBER, "quickbooks", file, TERMS)
    assert not file.exists()
