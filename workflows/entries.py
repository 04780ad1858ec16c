"""Operators' entries: judged by rules, then recorded in the append-only operations store.

The command line and the page both come here, so an entry that one refuses the other refuses with the same words.
Knows no dlt, no dbt and no DBOS. The published ledger shows an entry after the next cycle, which loads it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import duckdb

from workflows.entry_rules import Kind, check_day, check_product, check_quantity, check_texts, read_lot
from workflows.errors import EntryRefused, HomeUnusable
from workflows.home import prepare_home
from workflows.operations import Entry, LotState, OperationsStore, writing
from workflows.publishing import current_snapshot
from workflows.reading import open_snapshot
from workflows.reference import Reference, read_reference
from workflows.settings import Settings

LOT_STATUSES = ("active", "quarantined", "retired")


@dataclass(frozen=True)
class EntryRequest:
    """What an operator wants to enter.

    Attributes:
        kind: receive, adjust, count or repack.
        sku_code: A stocked product's five digits.
        quantity: receive: units received; adjust: units found (positive) or lost (negative); count: units counted,
            0 included; repack: units that come back onto the shelf (negative: are taken off it), or, with
            `from_lot`, units that move from that lot to `lot_number`.
        entry_date: The business's calendar day it happened on.
        actor: Who.
        lot_number: The lot, as digits or as `17612 - 250300`; None when it concerns the whole SKU.
        from_lot: Of a repack: the lot the units come from.
        reason: Why; needed for an adjustment and a correction.
        note: Anything else.
        corrects: The id of the entry that this one corrects.
        entry_id: An id of the caller's; a repeat with it is recorded once.
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


@dataclass(frozen=True)
class Expectation:
    """What the ledger has of a SKU, or of one of its lots.

    Attributes:
        lot_number: The lot's digits; None for the whole SKU.
        on_hand: Units at the end of the day: the current snapshot's, and what was entered since.
        moved_since: Of these, the units entered since the snapshot.
    """

    lot_number: str | None
    on_hand: int
    moved_since: int


@dataclass(frozen=True)
class RecordedEntry:
    """What was recorded: the entry, its counterpart in the lot that gave the units, whether it stood before."""

    entry: Entry
    taken_from: Entry | None = None
    repeated: bool = False

    def facts(self) -> dict[str, Any]:
        """For a person or a program; `shelf_gains` is signed, and 0 for a move between two lots."""
        moved = self.taken_from.shelf_gains if self.taken_from else 0
        return {
            **asdict(self.entry),
            "shelf_gains": self.entry.shelf_gains + moved,
            "from_lot": self.taken_from.lot_number if self.taken_from else None,
            "repeated": self.repeated,
        }


def record_entry(settings: Settings, request: EntryRequest) -> RecordedEntry:
    """Judge an entry and record it, or refuse it with a sentence and record nothing.

    A count is compared with what the ledger has at this moment for the end of its day: the current snapshot, and
    the entries made since. Two equal entries are two, unless they come with one `entry_id`.

    Raises:
        EntryRefused: A rule forbids it; `field` names what to mend.
        HomeUnusable: The home or the current snapshot cannot be used.
    """
    prepare_home(settings)
    reference = read_reference()
    with writing(settings.operations) as store:
        wanted = _judged(settings, reference, request, store)
        stood = store.entry(wanted[0].entry_id)
        if stood is not None:
            return _repeat(stood, wanted[0], store)
        store.append(wanted)
    return RecordedEntry(wanted[0], wanted[1] if len(wanted) > 1 else None)


def expect_on_hand(settings: Settings, sku_code: str, lot_number: str | None, day: date) -> Expectation:
    """What a count of that day will be compared with, if nothing moves until it is recorded.

    Args:
        settings: Whose home.
        sku_code: A stocked product.
        lot_number: The lot, as digits or as `17612 - 250300`; None for the whole SKU.
        day: The business day of the count.

    Raises:
        EntryRefused: The product or lot is not known, or nothing has been published.
        HomeUnusable: The home or the current snapshot cannot be used.
    """
    prepare_home(settings)
    reference = read_reference()
    check_product(reference, sku_code)
    lot = read_lot(sku_code, lot_number) if lot_number else None
    with writing(settings.operations) as store:
        if lot:
            _check_lot_is_known(settings, reference, store, sku_code, lot)
        return _expected(settings, store, sku_code, lot, day)


def record_lot_state(settings: Settings, state: LotState) -> LotState:
    """Record what a lot is from a day on: active, quarantined or retired.

    Raises:
        EntryRefused: The product or lot is not known, or a field is wrong.
        HomeUnusable: The home or the current snapshot cannot be used.
    """
    prepare_home(settings)
    reference = read_reference()
    check_product(reference, state.sku_code)
    if state.status not in LOT_STATUSES:
        raise EntryRefused(f"'{state.status}' is no state of a lot. Use {', '.join(LOT_STATUSES)}.", "status")
    if state.valid_from > settings.today():
        raise EntryRefused(f"{state.valid_from} lies in the future. Enter the state on its day.", "entry_date")
    check_texts(state.actor, state.reason, needs_reason=True)
    lot = read_lot(state.sku_code, state.lot_number)
    with writing(settings.operations) as store:
        _check_lot_is_known(settings, reference, store, state.sku_code, lot)
        recorded = LotState(**{**asdict(state), "lot_number": lot})
        store.append([recorded])
    return recorded


def recent_entries(settings: Settings, limit: int = 50) -> list[Entry]:
    """The newest entries, the last one first, those included that the published ledger does not show yet."""
    if not settings.operations.exists():
        return []
    with writing(settings.operations) as store:
        return store.newest_entries(limit)


def _judged(
    settings: Settings, reference: Reference, request: EntryRequest, store: OperationsStore
) -> tuple[Entry, ...]:
    """The entries to write: one, or two for a move between lots."""
    check_product(reference, request.sku_code)
    check_quantity(request.kind, request.quantity)
    check_day(settings.today(), reference, request.entry_date)
    check_texts(
        request.actor, request.reason, needs_reason=request.kind == "adjust" or request.corrects is not None
    )
    lot = read_lot(request.sku_code, request.lot_number) if request.lot_number else None
    if lot and request.kind in ("adjust", "count"):
        _check_lot_is_known(settings, reference, store, request.sku_code, lot)
    _check_corrected(store, request)
    if request.from_lot:
        return _moved(settings, reference, request, store, lot)
    return (_entry(settings, request, store, lot),)


def _entry(settings: Settings, request: EntryRequest, store: OperationsStore, lot: str | None) -> Entry:
    """The entry as it is stored."""
    common = _common(request) | {"lot_number": lot}
    if request.kind == "count":
        expected = _expected(settings, store, request.sku_code, lot, request.entry_date).on_hand
        difference = request.quantity - expected
        return Entry(
            "count", quantity=difference, counted_quantity=request.quantity, expected_quantity=expected, **common
        )
    if request.kind == "adjust":
        way = "adjust_up" if request.quantity > 0 else "adjust_down"
        return Entry(way, quantity=abs(request.quantity), **common)
    return Entry(request.kind, quantity=request.quantity, **common)


def _moved(
    settings: Settings, reference: Reference, request: EntryRequest, store: OperationsStore, lot: str | None
) -> tuple[Entry, ...]:
    """A repack of units from one lot to another: what one loses the other gains, under ids that go together."""
    source = read_lot(request.sku_code, request.from_lot or "")
    if request.kind != "repack" or request.quantity < 0 or lot is None or source == lot:
        raise EntryRefused(
            "Units move from one lot to another by a repack with a positive quantity and two different lots.",
            "from_lot",
        )
    _check_lot_is_known(settings, reference, store, request.sku_code, source)
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


def _repeat(stood: Entry, wanted: Entry, store: OperationsStore) -> RecordedEntry:
    """An id that stands already: the same entry again, or a mistake."""
    told = ("entry_type", "entry_date", "sku_code", "lot_number", "counted_quantity")
    same = all(getattr(stood, name) == getattr(wanted, name) for name in told)
    if not same or (stood.entry_type != "count" and stood.quantity != wanted.quantity):
        raise EntryRefused(f"The id {stood.entry_id} belongs to another entry already. Use a new one.", "entry_id")
    return RecordedEntry(stood, store.entry(f"{stood.entry_id}-from"), repeated=True)


def _check_lot_is_known(
    settings: Settings, reference: Reference, store: OperationsStore, sku: str, lot: str
) -> None:
    if (sku, lot) in reference.opening_lots or lot in {entry.lot_number for entry in store.entries_of(sku)}:
        return
    lots = "select count(*) from marts.lots where sku_code = ? and lot_number = ?"
    if not _from_snapshot(settings, lots, [sku, lot], 0):
        raise EntryRefused(
            f"No lot {lot} of {sku} is known. Check the number; a new lot begins with a receipt.", "lot_number"
        )


def _check_corrected(store: OperationsStore, request: EntryRequest) -> None:
    if request.corrects is None:
        return
    corrected = store.entry(request.corrects)
    if corrected is None:
        raise EntryRefused(f"There is no entry {request.corrects} to correct. Check its id.", "corrects")
    if corrected.sku_code != request.sku_code:
        raise EntryRefused(f"The entry {request.corrects} is of {corrected.sku_code}.", "corrects")


def _expected(
    settings: Settings, store: OperationsStore, sku_code: str, lot: str | None, day: date
) -> Expectation:
    """Units of the SKU, or of its lot, that the ledger has now for the end of a day."""
    if current_snapshot(settings) is None:
        raise EntryRefused(
            "Nothing has been published yet, so nothing can be expected. Run `sync`, then count.", "entry_date"
        )
    moved = (
        "from marts.inventory_transactions where sku_code = $sku and transaction_date <= $day"
        " and ($lot is null or lot_number = $lot)"
    )
    values = {"sku": sku_code, "day": day, "lot": lot}
    published = _from_snapshot(settings, f"select coalesce(sum(quantity), 0) {moved}", values, 0)
    known = _from_snapshot(settings, f"select list(transaction_id) {moved}", values, None) or []
    since = sum(
        entry.shelf_gains
        for entry in store.entries_of(sku_code)
        if entry.entry_date <= day
        and (lot is None or entry.lot_number == lot)
        and f"entry:{entry.entry_id}" not in known
    )
    return Expectation(lot, int(published) + since, since)


def _from_snapshot(settings: Settings, query: str, values: Any, otherwise: Any) -> Any:
    """One value of the current snapshot, or another when there is none yet."""
    path = current_snapshot(settings)
    if path is None:
        return otherwise
    try:
        with open_snapshot(path) as connection:
            row = connection.execute(query, values).fetchone()
    except duckdb.Error as problem:
        raise HomeUnusable(
            f"The snapshot {path} cannot be read ({str(problem).splitlines()[0]}). Run `sync` for a new one."
        ) from problem
    return row[0] if row else otherwise
