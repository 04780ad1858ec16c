"""The files of carriers, as they write them, from parcels and their charges."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

_UPS_COLUMNS = 250
_ACCOUNT = "0000SBX200"
# Code and description of a charge by its kind.
_UPS = {
    "base": ("FRT", "Ground Residential"),
    "fuel": ("FSC", "Fuel Surcharge"),
    "weight": ("MSC", "Shipping Charge Correction Weight"),
    "dimensions": ("MSC", "Shipping Charge Correction Dimensions"),
    "surcharge": ("ACC", "Residential Surcharge"),
    "credit": ("FRT", "Guaranteed Service Refund"),
}
_FEDEX = {
    "fuel": "Fuel Surcharge",
    "weight": "Weight Correction",
    "dimensions": "Dim Weight Correction",
    "surcharge": "Residential",
}
_STAMPS = {
    "base": ("Print", ""),
    "fuel": ("Print", ""),
    "weight": ("Adjustment", "Weight"),
    "dimensions": ("Adjustment", "Dimensions"),
    "surcharge": ("Adjustment", "Nonstandard surcharge"),
    "credit": ("Refund", ""),
}
_FEDEX_PAIRS = 4
_FEDEX_HEADER = (
    *("Bill to Account Number", "Invoice Date", "Invoice Number", "Store ID", "Original Amount Due"),
    *("Current Balance", "Payor", "Ground Tracking ID Prefix", "Express or Ground Tracking ID"),
    *("Transportation Charge Amount", "Net Charge Amount", "Service Type", "Ground Service", "Shipment Date"),
    *("POD Signature Description", "Actual Weight Amount", "Actual Weight Units", "Rated Weight Amount"),
    *("Rated Weight Units", "Dim Length", "Dim Width", "Dim Height", "Dim Unit", "Recipient Name"),
    *("Recipient Company", "Recipient Address Line 1", "Recipient City", "Recipient State"),
    *("Recipient Zip Code", "Original Customer Reference", "TDMasterTrackingID"),
    *(("Tracking ID Charge Description", "Tracking ID Charge Amount") * _FEDEX_PAIRS),
)


@dataclass(frozen=True)
class Charge:
    """A charge: what for, and how much, in cents."""

    kind: str
    cents: int
    reason: str = ""


@dataclass
class Parcel:
    """A parcel on a bill.

    Attributes:
        tracking: Its tracking number; empty for none.
        reference: The order's number.
        shipped: The day of the charges.
        invoice: The number of the invoice, from 1.
        recipient: Name and address, as on the label.
        ounces: The billed weight.
        sides: The billed length, width and height in inches; empty if they were not measured.
        charges: What it was charged.
        carrier: The carrier's name.
        lead: The tracking number of the shipment that it is a piece of.
    """

    tracking: str
    reference: str
    shipped: date
    invoice: int
    recipient: dict[str, Any]
    ounces: float
    sides: tuple[float, ...]
    charges: list[Charge] = field(default_factory=list)
    carrier: str = ""
    lead: str = ""

    @property
    def cents(self) -> int:
        """What it was charged in all."""
        return sum(charge.cents for charge in self.charges)

    def credited(self, cents: int) -> Parcel:
        """Return the line on a later invoice that gives an amount back."""
        return replace(self, invoice=2, charges=[Charge("credit", -cents)])

    def in_pieces(self) -> list[Parcel]:
        """Return a shipment of two pieces: the second has a number of its own, and a part of the charge."""
        first, *rest = self.charges
        half = first.cents // 2
        return [
            replace(self, charges=[replace(first, cents=first.cents - half), *rest]),
            replace(self, charges=[replace(first, cents=half)], tracking=f"{self.tracking}2", lead=self.tracking),
        ]


def ups_file(parcels: Sequence[Parcel]) -> bytes:
    """Return UPS's billing file: 250 columns, no header, a line for each charge."""
    rows = []
    sums, end = _invoice_sums(parcels), _last_day(parcels)
    for parcel in parcels:
        for charge in parcel.charges:
            row = [""] * _UPS_COLUMNS
            row[0:12] = [
                *("2.1", _ACCOUNT, _ACCOUNT, "US", f"{_invoice_day(end, parcel):%Y-%m-%d}"),
                *(f"0000SBX{parcel.invoice:06}", "E", "", "", "USD", _dollars(sums[parcel.invoice])),
                f"{parcel.shipped:%Y-%m-%d}",
            ]
            row[13], row[20:22] = parcel.lead, [parcel.tracking, parcel.reference]
            row[28:30] = [f"{parcel.ounces / 16:.1f}", "L"]
            row[32] = "x ".join(f"{side:.1f}" for side in parcel.sides)
            row[34], row[43], row[45] = ("SHP" if charge.kind in ("base", "fuel") else "ADJ"), *_UPS[charge.kind]
            row[51:53] = ["0.00", _dollars(charge.cents)]
            row[74:80] = _address(parcel.recipient)
            rows.append(row)
    return _csv(rows).encode()


def fedex_file(parcels: Sequence[Parcel]) -> bytes:
    """Return FedEx's billing file: a line for each parcel, further charges in pairs of columns."""
    rows: list[Sequence[str]] = [_FEDEX_HEADER]
    sums, end = _invoice_sums(parcels), _last_day(parcels)
    for parcel in parcels:
        more = [(_FEDEX[one.kind], _dollars(one.cents)) for one in parcel.charges if one.kind in _FEDEX]
        pairs = [text for pair in more + [("", "")] * (_FEDEX_PAIRS - len(more)) for text in pair]
        base = sum(one.cents for one in parcel.charges if one.kind not in _FEDEX)
        sides = [f"{side:g}" for side in parcel.sides] or ["0", "0", "0"]
        rows.append(
            [
                *("123456789", f"{_invoice_day(end, parcel):%Y%m%d}", f"9-000-{parcel.invoice:05}", ""),
                *(_dollars(sums[parcel.invoice]), "0.00", "Shipper", "", parcel.tracking, _dollars(base)),
                *(_dollars(parcel.cents), "Home Delivery", "", f"{parcel.shipped:%Y%m%d}", "S.IGNED"),
                *(f"{parcel.ounces / 16:.1f}", "L", f"{parcel.ounces / 16:.1f}", "L", *sides, "I"),
                *(*_address(parcel.recipient), parcel.reference, parcel.lead),
                *pairs,
            ]
        )
    return _csv(rows).encode("utf-8-sig")


def stamps_file(parcels: Sequence[Parcel]) -> bytes:
    """Return the list of Stamps.com's transactions: what the balance loses is negative."""
    header = (
        *("Transaction ID", "Transaction Date", "Transaction Type", "Description", "Tracking #", "Amount"),
        *("Balance", "Weight", "Dimensions", "Recipient", "Reference 1", "Mail Class"),
    )
    rows: list[Sequence[str]] = [header]
    balance = 500_000
    start = min(parcel.shipped for parcel in parcels)
    rows.append(
        ["T00000000", f"{start:%m/%d/%Y}", "Purchase", "Add funds", "", "$5,000.00", "$5,000.00", *[""] * 5]
    )
    for parcel in parcels:
        for kind, cents in _prints(parcel):
            balance -= cents
            words, description = _STAMPS[kind]
            rows.append(
                [
                    *(f"T{len(rows):08}", f"{parcel.shipped:%m/%d/%Y} 02:14 PM", words, description),
                    *(
                        parcel.tracking,
                        f"{'-' if cents > 0 else ''}${_dollars(abs(cents))}",
                        f"${balance / 100:,.2f}",
                    ),
                    f"{parcel.ounces:g} oz",
                    " x ".join(f"{side:g}" for side in parcel.sides),
                    *(parcel.recipient.get("name") or "", parcel.reference, "Ground Advantage"),
                ]
            )
    return _csv(rows).encode("utf-16")


def _prints(parcel: Parcel) -> list[tuple[str, int]]:
    """Return the transactions of a parcel: postage is printed at once, with all that is in it."""
    printed = sum(one.cents for one in parcel.charges if one.kind in ("base", "fuel"))
    return [("base", printed)] * bool(printed) + [
        (one.kind, one.cents) for one in parcel.charges if one.kind not in ("base", "fuel")
    ]


def shipstation_file(parcels: Sequence[Parcel]) -> bytes:
    """Return the list of ShipStation's carrier adjustments, as a spreadsheet in Europe saves it."""
    header = (
        *("Adjustment Date", "Carrier", "Tracking Number", "Order Number", "Recipient", "Adjustment Reason"),
        *("Original Weight", "Adjusted Weight", "Adjusted Dimensions", "Adjustment Amount", "Status"),
    )
    rows: list[Sequence[str]] = [header]
    for parcel in parcels:
        for charge in parcel.charges:
            rows.append(
                [
                    *(f"{parcel.shipped + timedelta(days=9):%Y-%m-%d}", parcel.carrier, parcel.tracking),
                    *(parcel.reference, parcel.recipient.get("name") or "", charge.reason, "40 oz"),
                    *(f"{parcel.ounces:g} oz", " x ".join(f"{side:g}" for side in parcel.sides)),
                    *(f"{charge.cents / 100:.2f}".replace(".", ","), "Billed"),
                ]
            )
    return _csv(rows, ";").encode()


def _invoice_sums(parcels: Iterable[Parcel]) -> dict[int, int]:
    sums: dict[int, int] = {}
    for parcel in parcels:
        sums[parcel.invoice] = sums.get(parcel.invoice, 0) + parcel.cents
    return sums


def _last_day(parcels: Iterable[Parcel]) -> date:
    return max(parcel.shipped for parcel in parcels)


def _invoice_day(end: date, parcel: Parcel) -> date:
    return end + timedelta(days=7 * parcel.invoice)


def _address(recipient: dict[str, Any]) -> list[str]:
    fields = ("name", "company", "street1", "city", "state", "postalCode")
    return [str(recipient.get(name) or "") for name in fields]


def _dollars(cents: int) -> str:
    return f"{cents / 100:.2f}"


def _csv(rows: Iterable[Sequence[str]], delimiter: str = ",") -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue()
