"""The invoice of a closed month as a CSV file that QuickBooks Online or Xero imports.

The lines are the invoice's own, which come from the month's frozen lines, and add up to its total to the cent.
Accounts and items are in the reference file `accounts.csv`.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from workflows.config.reference_data import seed_rows
from workflows.config.settings import Settings
from workflows.config.snapshots import OpenSnapshot, reading_snapshot
from workflows.errors import ConfigurationError, ShipledgerError, UsageError

# By program, the columns of its import file, and what is in each; empty for what we leave empty. They are those of
# QuickBooks Online's sample file that we fill, and all of Xero's template, which may not be left out or renamed.
COLUMNS: dict[str, dict[str, str]] = {
    "quickbooks": {
        "*InvoiceNo": "number",
        "*Customer": "customer",
        "*InvoiceDate": "issued",
        "*DueDate": "due",
        "Item(Product/Service)": "quickbooks_item",
        "ItemDescription": "description",
        "ItemQuantity": "quantity",
        "ItemRate": "rate",
        "*ItemAmount": "amount",
    },
    "xero": {
        "*ContactName": "customer",
        **dict.fromkeys(("EmailAddress", *(f"POAddressLine{line}" for line in range(1, 5))), ""),
        **dict.fromkeys(("POCity", "PORegion", "POPostalCode", "POCountry"), ""),
        "*InvoiceNumber": "number",
        "Reference": "",
        "*InvoiceDate": "issued",
        "*DueDate": "due",
        "InventoryItemCode": "",
        "*Description": "description",
        "*Quantity": "quantity",
        "*UnitAmount": "rate",
        "Discount": "",
        "*AccountCode": "xero_account_code",
        "*TaxType": "xero_tax_type",
        **dict.fromkeys(("TrackingName1", "TrackingOption1", "TrackingName2", "TrackingOption2"), ""),
        **dict.fromkeys(("Currency", "BrandingTheme"), ""),
    },
}
_CLOSED = "select version, closed_at from marts.closed_months where month = $1"
_LINES = """
    select charge_kind, rate_cents, quantity, amount_cents
    from marts.charge_report_lines where charge_month = $1 order by line_number
"""
_TOTAL = "select total_cents from marts.charge_report_monthly where charge_month = $1"


@dataclass(frozen=True)
class InvoiceTerms:
    """What the books say of an invoice and the ledger does not.

    Attributes:
        customer: The customer's name there.
        due_days: Days until it is due.
        day_first: Whether dates are DD/MM/YYYY, and not MM/DD/YYYY.
    """

    customer: str
    due_days: int
    day_first: bool


@dataclass(frozen=True)
class _Line:
    """A line of the invoice; amounts in cents. Without a rate, one piece at the amount."""

    kind: str
    quantity: int
    rate_cents: int
    amount_cents: int


@dataclass(frozen=True)
class _Bill:
    """The invoice of a closed month, in the snapshot of that file name."""

    snapshot: str
    version: int
    closed_at: datetime
    total_cents: int
    lines: list[_Line]


def export_invoice(
    settings: Settings, month: date, software: str, file: Path, terms: InvoiceTerms
) -> dict[str, Any]:
    """Write the invoice of a closed month for an accounting program.

    Args:
        settings: Which home.
        month: Its first day.
        software: `quickbooks` or `xero`.
        file: Where to; an existing file is not replaced.
        terms: Customer and dates.

    Returns:
        `file`, `format`, `invoice` (its number), `snapshot`, `lines` (how many) and `total_cents`.

    Raises:
        UsageError: The month is not closed, or the file exists or cannot be written.
        ConfigurationError: `accounts.csv` lacks a kind of charge.
        ShipledgerError: The lines do not add up to the invoice.
    """
    with reading_snapshot(settings) as snapshot:
        bill = _read_bill(snapshot, month)
    number = f"{month:%Y-%m}" if bill.version == 1 else f"{month:%Y-%m}-{bill.version}"
    accounts = _accounts(settings, bill.lines)
    header = _header(number, bill.closed_at.astimezone(settings.timezone).date(), terms)
    rows = [{**header, **accounts[line.kind], **_values(line)} for line in bill.lines]
    _write_file(file, COLUMNS[software], rows)
    facts = {"file": str(file), "format": software, "invoice": number, "snapshot": bill.snapshot}
    return facts | {"lines": len(bill.lines), "total_cents": bill.total_cents}


def _read_bill(snapshot: OpenSnapshot | None, month: date) -> _Bill:
    closes = snapshot.connection.execute(_CLOSED, [month]).fetchall() if snapshot else []
    if not snapshot or not closes:
        raise UsageError(
            f"{month:%B %Y} is not closed, so its invoice may still change. Close it with "
            f"`eom --date {month}`; if it is closed, run `sync`."
        )
    lines = [_line(*row) for row in snapshot.connection.execute(_LINES, [month]).fetchall()]
    total = snapshot.connection.execute(_TOTAL, [month]).fetchall()[0][0]
    if sum(line.amount_cents for line in lines) != total:
        raise ShipledgerError(f"The lines of {month:%B %Y} do not add up to its total. Run `health`.")
    version, closed_at = closes[0]
    return _Bill(snapshot.name, version, closed_at, total, lines)


def _line(kind: str, rate: int | None, quantity: int | None, amount: int) -> _Line:
    """Return a line whose quantity times its rate is its amount: accounting programs multiply."""
    if rate is None or quantity is None or rate * quantity != amount:
        return _Line(kind, 1, amount, amount)
    return _Line(kind, quantity, rate, amount)


def _accounts(settings: Settings, lines: Sequence[_Line]) -> dict[str, dict[str, str]]:
    try:
        accounts = {row["charge_kind"]: row for row in seed_rows("accounts", settings.reference)}
    except (OSError, KeyError, ValueError, csv.Error) as problem:
        raise ConfigurationError(
            f"accounts.csv cannot be read ({problem}). Correct it; `init` writes one."
        ) from problem
    missing = sorted({line.kind for line in lines} - accounts.keys())
    if missing:
        raise ConfigurationError(
            f"accounts.csv in {settings.reference} has no row for {', '.join(missing)}. Add it."
        )
    return accounts


def _header(number: str, issued: date, terms: InvoiceTerms) -> dict[str, str]:
    pattern = "%d/%m/%Y" if terms.day_first else "%m/%d/%Y"
    due = issued + timedelta(days=terms.due_days)
    dates = {"issued": issued.strftime(pattern), "due": due.strftime(pattern)}
    return {"number": number, "customer": terms.customer, **dates}


def _values(line: _Line) -> dict[str, str]:
    return {
        "quantity": str(line.quantity),
        "rate": _amount(line.rate_cents),
        "amount": _amount(line.amount_cents),
    }


def _amount(cents: int) -> str:
    return f"{Decimal(cents) / 100:.2f}"


def _write_file(file: Path, columns: Mapping[str, str], rows: Sequence[Mapping[str, str]]) -> None:
    try:
        with file.open("x", newline="", encoding="utf-8") as target:
            writer = csv.writer(target)
            writer.writerow(columns)
            writer.writerows([row.get(name, "") for name in columns.values()] for row in rows)
    except FileExistsError as problem:
        raise UsageError(f"{file} exists. Name another file, or delete it.") from problem
    except OSError as problem:
        raise UsageError(f"{file} cannot be written ({problem.strerror}). Name another file.") from problem
