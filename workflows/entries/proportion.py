"""Entries out of proportion: allowed, but probably a slip, so that the page asks before it records them."""

from __future__ import annotations

from statistics import median

from workflows.config.operations_database import read_operations_database
from workflows.config.settings import Settings
from workflows.config.sku_spelling import spelled
from workflows.config.snapshots import reading_snapshot
from workflows.entries.entry_log import EntryLog
from workflows.entries.recording import EntryRequest, expect_on_hand

# A zero too many.
_TIMES_THE_USUAL = 10


def out_of_proportion(settings: Settings, request: EntryRequest) -> str | None:
    """Return what is odd about an entry, as a sentence; None when nothing is.

    An adjustment that takes more than there is, and a receipt of ten times the product's usual one or more.

    Args:
        settings: The configuration.
        request: The entry that is asked for.

    Raises:
        EntryRefused: The product or lot is not known, or nothing has been published.
        HomeUnusable: The home or the current snapshot cannot be used.
    """
    if request.kind == "adjust" and request.quantity < 0:
        return _below_zero(settings, request)
    if request.kind == "receive":
        return _unusual_receipt(settings, request)
    return None


def _below_zero(settings: Settings, request: EntryRequest) -> str | None:
    lot = request.lot_number or None
    left = expect_on_hand(settings, request.sku_code, lot, settings.today()).on_hand + request.quantity
    if left >= 0:
        return None
    what = f"lot {spelled(lot)} of {request.sku_code}" if lot else request.sku_code
    return f"By the ledger {what} has {left - request.quantity:,} units. This leaves {left:,}."


def _unusual_receipt(settings: Settings, request: EntryRequest) -> str | None:
    usual = _usual_receipt(settings, spelled(request.sku_code))
    if usual is None or request.quantity < _TIMES_THE_USUAL * usual:
        return None
    return f"A receipt of {request.sku_code} usually has {usual:,.0f} units. This one has {request.quantity:,}."


def _usual_receipt(settings: Settings, sku: str) -> float | None:
    """Return the median of the product's receipts; None when there was none."""
    with read_operations_database(settings.operations) as connection:
        entries = EntryLog(connection).entries_of(sku)
    units = {f"entry:{one.entry_id}": one.quantity for one in entries if one.entry_type == "receive"}
    query = (
        "select transaction_id, quantity from marts.inventory_transactions"
        " where sku_code = ? and transaction_type = 'receive'"
    )
    with reading_snapshot(settings) as snapshot:
        published = snapshot.connection.execute(query, [sku]).fetchall() if snapshot else []
    units |= dict(published)
    return median(units.values()) if units else None
