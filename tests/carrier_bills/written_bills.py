"""Carriers' files written by hand, and reading them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ingest.sources.carrier_bills.bill_file import inspect_file
from ingest.sources.carrier_bills.bill_lines import read_lines

STAMPS_HEADER = "Transaction Date,Transaction Type,Tracking #,Amount,Balance"
STAMPS_LINE = "10/03/2026,Print,9400111899223000000123,-$8.35,$100.00"
STAMPS = f"{STAMPS_HEADER}\n{STAMPS_LINE}\n"


def written(folder: Path, content: str | bytes, name: str = "bill.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def lines_of(path: Path, **options: Any) -> list[dict[str, Any]]:
    """The lines of a file, all of them."""
    return [line for _, lines in read_lines(inspect_file(path, path.name), **options) for line in lines]


_UPS = {"invoice_date": 4, "invoice": 5, "currency": 9, "total": 10, "date": 11, "lead": 13, "tracking": 20}
_UPS |= {"reference": 21, "weight": 28, "unit": 29, "dimensions": 32, "section": 34, "code": 43, "charge": 45}
_UPS |= {"amount": 52}
_UPS_HEADERS = {
    "invoice_date": "Invoice Date", "invoice": "Invoice Number", "currency": "Invoice Currency Code",
    "total": "Invoice Amount", "date": "Transaction Date", "lead": "Lead Shipment Number",
    "tracking": "Tracking Number", "reference": "Package Reference Number 1", "weight": "Billed Weight",
    "unit": "Billed Weight Unit of Measure", "dimensions": "Package Dimensions",
    "section": "Charge Category Code", "code": "Charge Classification Code", "charge": "Charge Description",
    "amount": "Net Amount",
}  # fmt: skip


def ups_header() -> str:
    """The header that some of UPS's files have, at the usual columns."""
    row = [f"Column {number}" for number in range(250)]
    for name, header in _UPS_HEADERS.items():
        row[_UPS[name]] = header
    return ",".join(row) + "\n"


def ups_line(**columns: str) -> str:
    """A line of UPS's file, which has no header; columns by what they hold."""
    at = _UPS | {"receiver": 74}
    row = [""] * 250
    given = {
        "invoice_date": "2026-10-10", "invoice": "INV1", "currency": "USD", "date": "2026-10-03",
        "tracking": "1Z999AA10123456784", "code": "FRT", "charge": "Ground Residential", "amount": "8.35",
    }  # fmt: skip
    for name, text in (given | columns).items():
        row[at[name]] = text
    row[0] = "2.1"
    return ",".join(row) + "\n"


def fedex(row: str, pairs: int = 2) -> str:
    """FedEx's file with a row: invoice, tracking number, day, net amount, rated weight, unit, then the pairs."""
    header = "Invoice Number,Express or Ground Tracking ID,Shipment Date,Net Charge Amount,Rated Weight Amount,"
    header += "Rated Weight Units,Recipient Name"
    header += ",Tracking ID Charge Description,Tracking ID Charge Amount" * pairs
    return f"{header}\n{row}\n"
