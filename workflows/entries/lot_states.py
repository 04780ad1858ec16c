"""What operators say of a lot beside its units: its state from a day on, and its expiry date."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from workflows.config.home_directory import prepare_home
from workflows.config.reference_data import read_reference
from workflows.config.settings import Settings
from workflows.config.sku_spelling import spelled
from workflows.config.snapshots import reading_snapshot
from workflows.config.thresholds import LATEST_EXPIRY_YEARS
from workflows.entries.entry_log import Entry, EntryLog, LotState, open_entries
from workflows.entries.entry_rules import check_product, check_texts, read_lot
from workflows.entries.expected_stock import check_lot_is_known
from workflows.errors import Advice, EntryRefused

LOT_STATUSES = ("active", "quarantined", "retired")


def record_lot_state(settings: Settings, state: LotState) -> LotState:
    """Record what a lot is from a day on (active, quarantined or retired), its expiry date, or both.

    Raises:
        EntryRefused: The product or lot is not known, or a field is wrong.
        HomeUnusable: The home or the current snapshot cannot be used.
    """
    prepare_home(settings)
    reference = read_reference(settings.reference)
    sku = spelled(state.sku_code)
    check_product(reference, sku)
    if state.status is None and state.expires is None:
        how = Advice("Give --status, --expires, or both.", "Give one of them, or both.")
        raise EntryRefused("A lot needs a status or an expiry date.", "status", advice=how)
    if state.status not in (None, *LOT_STATUSES):
        raise EntryRefused(f"'{state.status}' is not a state of a lot. Use {', '.join(LOT_STATUSES)}.", "status")
    if state.valid_from > settings.today():
        raise EntryRefused(f"{state.valid_from} lies in the future. Enter the state on its day.", "entry_date")
    check_texts(state.actor, state.reason, needs_reason=state.status is not None)
    reason = (state.reason or "").strip() or None
    recorded = replace(state, sku_code=sku, lot_number=read_lot(sku, state.lot_number), reason=reason)
    with open_entries(settings.operations) as store:
        check_lot_is_known(settings, reference, store, sku, recorded.lot_number)
        if isinstance(recorded.expires, date):
            received = _received_day(settings, store, sku, recorded.lot_number)
            _check_expiry(settings.today(), received, recorded.expires)
        store.append([recorded])
    return recorded


def expiry_with_receipt(
    settings: Settings, store: EntryLog, receipt: Entry, expires: date | None
) -> tuple[LotState, ...]:
    """Check the expiry date that a receipt was entered with, and return the row to store with it, if any.

    Raises:
        EntryRefused: The date is impossible, belongs to no lot, or is not the one that is kept of the lot.
        HomeUnusable: The current snapshot cannot be used.
    """
    sku, lot = receipt.sku_code, receipt.lot_number
    if expires is None:
        return ()
    if receipt.entry_type != "receive" or lot is None:
        raise EntryRefused(
            "An expiry date belongs to a lot: enter the lot, too, or leave the date out.", "expires"
        )
    kept = store.expiry_of(sku, lot)
    if kept not in (None, expires):
        raise EntryRefused(
            f"Lot {lot} of {sku} is kept with the expiry date {kept}, not {expires}. Check the lot and the date; "
            "if the kept one is wrong, correct the lot's expiry date first.",
            "expires",
        )
    received = _received_day(settings, store, sku, lot)
    _check_expiry(settings.today(), min(filter(None, (received, receipt.entry_date))), expires)
    return (
        LotState(
            sku_code=sku,
            lot_number=lot,
            status=None,
            valid_from=receipt.entry_date,
            reason=None,
            actor=receipt.actor,
            state_id=expiry_id(receipt),
            expires=expires,
        ),
    )


def expiry_id(receipt: Entry) -> str:
    """Return the id of the row with the expiry date that a receipt was entered with."""
    return f"{receipt.entry_id}-expires"


def _check_expiry(today: date, received: date | None, expires: date) -> None:
    if received is not None and expires < received:
        raise EntryRefused(
            f"The expiry date {expires} is before the lot was received ({received}). Check the year.", "expires"
        )
    if (expires.year - LATEST_EXPIRY_YEARS, expires.month, expires.day) > (today.year, today.month, today.day):
        raise EntryRefused(
            f"The expiry date {expires} is more than {LATEST_EXPIRY_YEARS} years away. Check the year.", "expires"
        )


def _received_day(settings: Settings, store: EntryLog, sku: str, lot: str) -> date | None:
    """Return the first day the lot was received, by the current snapshot and the entries; None when unknown."""
    days = [
        entry.entry_date
        for entry in store.entries_of(sku)
        if entry.lot_number == lot and entry.entry_type == "receive"
    ]
    query = (
        "select received_date from marts.lots where sku_code = ? and lot_number = ? and received_date is not null"
    )
    with reading_snapshot(settings) as snapshot:
        if snapshot is not None:
            days += [day for (day,) in snapshot.connection.execute(query, [sku, lot]).fetchall()]
    return min(days, default=None)
