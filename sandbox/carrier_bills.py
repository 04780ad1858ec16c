"""Carrier bills made from a book's labels, with every kind of difference planted.

UPS and FedEx billing files, Stamps.com transactions and ShipStation's carrier adjustments. Amounts are cents.
`python -m sandbox.carrier_bills ROWS TO` writes those of saved rows to a folder.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import orjson

from sandbox.bill_files import Charge, Parcel, fedex_file, shipstation_file, stamps_file, ups_file
from sandbox.book import Book
from sandbox.resources import Row
from sandbox.rowfiles import load_row_files, saved_row_files

# What is planted in the bill of a carrier, each as often as `carrier_bills` is asked for.
PLANTED = (
    *("weight", "dimensions", "surcharge", "billed_twice", "twice_refunded", "refund", "pieces"),
    *("never_billed", "by_reference", "voided_but_billed", "void_refunded", "void_partly_refunded", "not_ours"),
)
_OF_STANDING = PLANTED[:7]
_OF_VOIDED = PLANTED[9:12]
_FILES: dict[str, Callable[[list[Parcel]], bytes]] = {
    "ups": ups_file,
    "fedex": fedex_file,
    "stamps_com": stamps_file,
}
_EXTRA = {"weight": 350, "dimensions": 512, "surcharge": 410}
_CORRECTED = {
    "weight": "Weight correction",
    "dimensions": "Dimensions correction",
    "surcharge": "Residential surcharge",
}


@dataclass
class CarrierBills:
    """Bills, and what is wrong in them.

    Attributes:
        files: The content of each file by its name.
        planted: By carrier and kind of difference, the ids of labels (negative for parcels of others) with the
            cents that the carrier billed.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    planted: dict[str, dict[str, dict[int, int]]] = field(default_factory=dict)


def carrier_bills(book: Book, first: date, last: date, *, each: int = 2, seed: int = 1) -> CarrierBills:
    """Make the bills of all labels with a ship date from `first` to `last`.

    Args:
        book: The book with the labels.
        first: First ship date.
        last: Last ship date. It should be 30 days ago, so that a label that is left out is never billed.
        each: How many of each difference to plant in a bill, as far as there are labels.
        seed: The same seed and book give the same bills.
    """
    labels = _labels(book, first, last)
    bills = CarrierBills()
    for carrier, make in _FILES.items():
        own = [label for label in labels if label["carrierCode"] == carrier]
        parcels = _parcels(carrier, own, each, random.Random(seed), bills.planted.setdefault(carrier, {}))
        if parcels:
            bills.files[f"{carrier}-{last:%Y-%m}.csv"] = make(parcels)
    walleted = [label for label in labels if label["carrierCode"] == "ups_walleted" and not label["voided"]]
    adjusted = _adjustments(walleted, each, bills.planted.setdefault("shipstation", {}))
    if adjusted:
        bills.files[f"shipstation-{last:%Y-%m}.csv"] = shipstation_file(adjusted)
    return bills


def _labels(book: Book, first: date, last: date) -> list[Row]:
    rows = [orjson.loads(record.payload) for record in book.newest("shipments")]
    chosen = [
        row for row in rows if f"{first}" <= f"{row.get('shipDate')}" <= f"{last}" and row["shipmentCost"] > 0
    ]
    return sorted(chosen, key=lambda row: int(row["shipmentId"]))


def _parcels(
    carrier: str, labels: list[Row], each: int, draw: random.Random, planted: dict[str, dict[int, int]]
) -> list[Parcel]:
    """Return the parcels of a bill; `planted` gets the differences."""
    standing = [label for label in labels if not label["voided"]]
    voided = [label for label in labels if label["voided"]]
    # A number and a day that are one label's can name it without its tracking number.
    named = Counter((label["orderNumber"], label["shipDate"]) for label in labels)
    unique = [label for label in standing if named[label["orderNumber"], label["shipDate"]] == 1]
    # A bill says of a day that it covers it if it has a label of an earlier and of a later one.
    inner = [label for label in standing if labels[0]["shipDate"] < label["shipDate"] < labels[-1]["shipDate"]]
    kinds: dict[int, str] = {}
    groups = (
        (inner, ("never_billed",)),
        (unique, ("by_reference",)),
        (standing, tuple(kind for kind in _OF_STANDING if (carrier, kind) != ("stamps_com", "pieces"))),
        (voided, _OF_VOIDED),
    )
    for group, names in groups:
        free = [label for label in group if label["shipmentId"] not in kinds]
        wanted = [name for name in names for _ in range(each)]
        for name, label in zip(wanted, draw.sample(free, min(len(free), len(wanted))), strict=False):
            kinds[label["shipmentId"]] = name
    parcels, again = [], []
    for label in labels:
        kind = kinds.get(label["shipmentId"], "voided" if label["voided"] else "equal")
        found = _of_label(label, kind)
        parcels += found
        second = _of_label(label, "equal", invoice=2) if kind in ("billed_twice", "twice_refunded") else []
        again += second
        if kind in PLANTED:
            planted.setdefault(kind, {})[label["shipmentId"]] = sum(one.cents for one in found + second)
    return parcels + again + _of_others(labels, each, planted)


def _of_label(label: Row, kind: str, invoice: int = 1) -> list[Parcel]:
    """Return the parcels on the bill for a label: none, one, or a charge and its refund."""
    if kind in ("voided", "never_billed"):
        return []
    cost = round(label["shipmentCost"] * 100)
    fuel = cost // 8
    parcel = Parcel(
        tracking="" if kind == "by_reference" else str(label["trackingNumber"]),
        reference=label["orderNumber"],
        shipped=date.fromisoformat(label["shipDate"]),
        invoice=invoice,
        recipient=label["shipTo"] or {},
        ounces=float((label["weight"] or {}).get("value") or 40),
        sides=_sides(label),
        charges=[Charge("base", cost - fuel), Charge("fuel", fuel)],
    )
    if kind in _EXTRA:
        parcel.charges.append(Charge(kind, _EXTRA[kind]))
    if kind == "weight":
        parcel.ounces += 48
    if kind == "dimensions":
        parcel.sides = tuple(side + 6 for side in parcel.sides or (10, 8, 4))
    if kind in ("refund", "void_refunded", "twice_refunded"):
        return [parcel, parcel.credited(cost)]
    if kind == "void_partly_refunded":
        return [parcel, parcel.credited(cost - fuel)]
    if kind == "pieces":
        return parcel.in_pieces()
    return [parcel]


def _sides(label: Row) -> tuple[float, ...]:
    given = label["dimensions"] or {}
    return tuple(given[side] for side in ("length", "width", "height")) if given else ()


def _of_others(labels: list[Row], each: int, planted: dict[str, dict[int, int]]) -> list[Parcel]:
    """Return parcels that no label of the book is for."""
    if not labels:
        return []
    shipped = date.fromisoformat(labels[-1]["shipDate"])
    tracking = str(labels[-1]["trackingNumber"])[:2] + "77{:016d}"
    parcels = [
        Parcel(tracking.format(number), "", shipped, 1, {}, 32.0, (), [Charge("base", 1130)])
        for number in range(each)
    ]
    planted["not_ours"] = {-number: 1130 for number in range(1, each + 1)}
    return parcels


def _adjustments(labels: list[Row], each: int, planted: dict[str, dict[int, int]]) -> list[Parcel]:
    """Return adjustments of labels that ShipStation's own account paid: only the differences."""
    kinds = [kind for kind in _EXTRA for _ in range(each)]
    parcels = []
    for kind, label in zip(kinds, labels, strict=False):
        [parcel] = _of_label(label, kind)
        parcel.charges = [Charge(kind, _EXTRA[kind], _CORRECTED[kind])]
        parcel.carrier = "UPS"
        parcels.append(parcel)
        planted.setdefault(kind, {})[label["shipmentId"]] = _EXTRA[kind]
    return parcels


def write_bills(bills: CarrierBills, folder: Path) -> list[Path]:
    """Write the files to a folder, with what is planted in `planted.json`; return the bills' paths."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "planted.json").write_bytes(orjson.dumps(bills.planted, option=orjson.OPT_NON_STR_KEYS))
    for name, content in bills.files.items():
        (folder / name).write_bytes(content)
    return [folder / name for name in bills.files]


def last_billed_month(today: date) -> tuple[date, date]:
    """Return the first and last day of the month whose labels are all more than 30 days old."""
    end = (today - timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return end.replace(day=1), end


def main(words: Iterable[str]) -> None:
    """Write the bills of the labels in saved rows."""
    rows, folder = (Path(word) for word in words)
    book = load_row_files(Book(), saved_row_files(rows))
    for path in write_bills(carrier_bills(book, *last_billed_month(date.today())), folder):  # noqa: DTZ011
        sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
