"""Operators' entries: checked against rules, then recorded in the append-only operations database.

The command line and the page both use this module, so they refuse the same entries with the same sentences. It
needs neither dlt, dbt nor DBOS. The published ledger shows an entry after the next cycle, which loads it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from workflows.config.home_directory import prepare_home
from workflows.config.operations_database import read_operations_database
from workflows.config.reference_data import Reference, read_reference
from workflows.config.settings import Settings
from workflows.config.sku_spelling import spelled
from workflows.entries.entry_log import Entry, EntryLog, open_entries
from workflows.entries.entry_rules import Kind, check_day, check_product, check_quantity, check_texts, read_lot
from workflows.entries.expected_stock import Expectation, check_lot_is_known, expected
from workflows.entries.later_counts import CountAnswer, apply_answer, corrections_of
from workflows.entries.lot_states import expiry_id, expiry_with_receipt
from workflows.errors import EntryRefused


@dataclass(frozen=True)
class EntryRequest:
    """An entry as an operator asks for it.

    Attributes:
        kind: receive, adjust, count or repack.
        sku_code: A stocked product's five digits.
        quantity: receive: units received; adjust: units found (positive) or lost (negative); count: units counted,
            0 included; repack: units returned to stock (negative: taken from it), or, with `from_lot`, units moved
            from that lot to `lot_number`.
        entry_date: The business's calendar day it happened on.
        actor: Who.
        lot_number: The lot, as digits or as `17612 - 250300`; None when it concerns the whole SKU.
        from_lot: Of a repack: the lot the units come from.
        reason: Why; needed for an adjustment and a correction.
        note: Anything else.
        corrects: The id of the entry that this one corrects.
        entry_id: An id of the caller's; a repeat with it is recorded once.
        count_answer: Whether a count on or after the entry's day included the units; needed when there is one.
        expires: Of a receipt: the expiry date of its lot, when it is to be kept.
    """

    kind: Kind
    sku_code: str
    quantity: int
    entry_date: date
    actor: str
    lot_number: str | None = None
    from_lot: str | None = None
    reason: str | None = None
    note: str | None = None
    corrects: str | None = None
    entry_id: str | None = None
    count_answer: CountAnswer | None = None
    expires: date | None = None


@dataclass(frozen=True)
class RecordedEntry:
    """What was recorded.

    Attributes:
        entry: The entry.
        taken_from: Its counterpart in the lot the units come from.
        balanced: The corrections of the counts that included it, each with the count it `corrects`.
        repeated: Whether it had been recorded before.
        expires: The expiry date of its lot, recorded with it.
    """

    entry: Entry
    taken_from: Entry | None = None
    balanced: tuple[Entry, ...] = ()
    repeated: bool = False
    expires: date | None = None

    def facts(self) -> dict[str, Any]:
        """Return it for JSON; `shelf_gains` is signed, and 0 for a move or for what a count included."""
        made = (self.entry, *((self.taken_from,) if self.taken_from else ()), *self.balanced)
        return {
            **asdict(self.entry),
            "shelf_gains": sum(one.shelf_gains for one in made),
            "from_lot": self.taken_from.lot_number if self.taken_from else None,
            "balanced": [
                {
                    "entry_id": one.entry_id,
                    "count_id": one.corrects,
                    "entry_date": one.entry_date,
                    "lot_number": one.lot_number,
                    "quantity": one.quantity,
                }
                for one in self.balanced
            ],
            "repeated": self.repeated,
            "expires": self.expires,
        }


def record_entry(settings: Settings, request: EntryRequest) -> RecordedEntry:
    """Check an entry and record it, or refuse it and record nothing.

    A count is compared with the ledger's stock at the end of its day: the current snapshot and the entries made
    since. An entry that later counts included is recorded together with their corrections, all or none. Two equal
    entries are two, unless they have the same `entry_id`.

    Raises:
        EntryRefused: A rule forbids it; `field` names what to change. `CountUnanswered` when only the answer is
            missing whether a later count included it.
        HomeUnusable: The home or the current snapshot cannot be used.
    """
    prepare_home(settings)
    reference = read_reference(settings.reference)
    request = replace(request, sku_code=spelled(request.sku_code))
    with open_entries(settings.operations) as store:
        rows = _checked(settings, reference, request, store)
        found = store.entry(rows[0].entry_id)
        if found is not None:
            return _repeat(found, rows[0], request, store)
        recorded = store.entries_of(rows[0].sku_code)
        rows, balances = apply_answer(rows, recorded, _earliest_day(rows[0], store), request.count_answer)
        dated = expiry_with_receipt(settings, store, rows[0], request.expires)
        store.append((*rows, *balances, *dated))
    return RecordedEntry(rows[0], rows[1] if len(rows) > 1 else None, balances, expires=request.expires)


def expect_on_hand(settings: Settings, sku_code: str, lot_number: str | None, day: date) -> Expectation:
    """Return the stock that a count of that day will be compared with, if nothing changes until it is recorded.

    Args:
        settings: Whose home.
        sku_code: A stocked product.
        lot_number: The lot, as digits or as `17612 - 250300`; None for the whole SKU, `WITHOUT_LOT` for its units
            without a lot.
        day: The business day of the count.

    Raises:
        EntryRefused: The product or lot is not known, or nothing has been published.
        HomeUnusable: The home or the current snapshot cannot be used.
    """
    prepare_home(settings)
    reference = read_reference(settings.reference)
    sku_code = spelled(sku_code)
    check_product(reference, sku_code)
    lot = read_lot(sku_code, lot_number) if lot_number else lot_number
    with read_operations_database(settings.operations) as connection:
        store = EntryLog(connection)
        if lot:
            check_lot_is_known(settings, reference, store, sku_code, lot)
        return expected(settings, store, sku_code, lot, day)


def recent_entries(settings: Settings, limit: int = 50) -> list[Entry]:
    """Return the last entries, newest first, also those that the published ledger does not show yet."""
    with read_operations_database(settings.operations) as connection:
        return EntryLog(connection).newest_entries(limit)


def _checked(
    settings: Settings, reference: Reference, request: EntryRequest, store: EntryLog
) -> tuple[Entry, ...]:
    """Check a request, and return its entries: one, or two for a move between lots."""
    check_product(reference, request.sku_code)
    check_quantity(request.kind, request.quantity)
    check_day(settings.today(), reference, request.entry_date)
    check_texts(
        request.actor, request.reason, needs_reason=request.kind == "adjust" or request.corrects is not None
    )
    lot = read_lot(request.sku_code, request.lot_number) if request.lot_number else None
    if lot and request.kind in ("adjust", "count"):
        check_lot_is_known(settings, reference, store, request.sku_code, lot)
    _check_corrected(store, request)
    if request.from_lot:
        return _moved(settings, reference, request, store, lot)
    return (_entry(settings, request, store, lot),)


def _entry(settings: Settings, request: EntryRequest, store: EntryLog, lot: str | None) -> Entry:
    """Return the entry as it is stored."""
    common = _common(request) | {"lot_number": lot}
    if request.kind == "count":
        ledger_has = expected(settings, store, request.sku_code, lot, request.entry_date).on_hand
        difference = request.quantity - ledger_has
        return Entry(
            "count", quantity=difference, counted_quantity=request.quantity, expected_quantity=ledger_has, **common
        )
    if request.kind == "adjust":
        way = "adjust_up" if request.quantity > 0 else "adjust_down"
        return Entry(way, quantity=abs(request.quantity), **common)
    return Entry(request.kind, quantity=request.quantity, **common)


def _moved(
    settings: Settings, reference: Reference, request: EntryRequest, store: EntryLog, lot: str | None
) -> tuple[Entry, ...]:
    """Return the two entries of a repack from one lot to another, with related ids."""
    source = read_lot(request.sku_code, request.from_lot or "")
    if request.kind != "repack" or request.quantity < 0 or lot is None or source == lot:
        raise EntryRefused(
            "Units move from one lot to another by a repack with a positive quantity and two different lots.",
            "from_lot",
        )
    check_lot_is_known(settings, reference, store, request.sku_code, source)
    gained = Entry("repack", quantity=request.quantity, **_common(request), lot_number=lot)
    common = _common(request) | {"entry_id": f"{gained.entry_id}-from", "lot_number": source}
    return gained, Entry("repack", quantity=-request.quantity, **common)


def _common(request: EntryRequest) -> dict[str, Any]:
    given = {"entry_id": request.entry_id} if request.entry_id else {}
    return given | {
        "entry_date": request.entry_date,
        "sku_code": request.sku_code,
        "actor": request.actor.strip(),
        "reason": (request.reason or "").strip() or None,
        "note": (request.note or "").strip() or None,
        "corrects": request.corrects,
    }


def _earliest_day(entry: Entry, store: EntryLog) -> date:
    """Return the earliest day among the entry, the one it corrects, the one which that one corrects, and so on."""
    day, corrected = entry.entry_date, entry.corrects
    while corrected and (before := store.entry(corrected)):
        day, corrected = min(day, before.entry_date), before.corrects
    return day


def _repeat(found: Entry, wanted: Entry, request: EntryRequest, store: EntryLog) -> RecordedEntry:
    """Return the entry that has this id already, if it is the same; a different one is an error."""
    compared = ["entry_type", "entry_date", "sku_code", "lot_number", "counted_quantity"]
    compared += [] if found.entry_type == "count" else ["quantity"]
    same = all(getattr(found, name) == getattr(wanted, name) for name in compared)
    # An answer about other counts did not count the first time either.
    answer = request.count_answer
    same_answer = answer is None or answer.asked is not None or answer.seen == found.seen_by_count
    same_expiry = store.expiry_in(expiry_id(found)) == request.expires
    if not (same and same_answer and same_expiry):
        raise EntryRefused(f"The id {found.entry_id} belongs to another entry already. Use a new one.", "entry_id")
    balances = corrections_of(found, store.entries_of(found.sku_code))
    taken_from = store.entry(f"{found.entry_id}-from")
    return RecordedEntry(found, taken_from, balances, repeated=True, expires=request.expires)


def _check_corrected(store: EntryLog, request: EntryRequest) -> None:
    if request.corrects is None:
        return
    corrected = store.entry(request.corrects)
    if corrected is None:
        raise EntryRefused(f"There is no entry {request.corrects} to correct. Check its id.", "corrects")
    if corrected.sku_code != request.sku_code:
        raise EntryRefused(f"The entry {request.corrects} is of {corrected.sku_code}.", "corrects")
