"""The current stock of a product or lot by the ledger: the current snapshot and the entries made since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from workflows.config.operations_database import read_operations_database
from workflows.config.reference_data import Reference
from workflows.config.settings import Settings
from workflows.config.snapshots import reading_snapshot
from workflows.entries.entry_log import EntryLog
from workflows.errors import EntryRefused, sync_advice

WITHOUT_LOT = ""


@dataclass(frozen=True)
class Expectation:
    """The stock of a SKU, or of one of its lots, by the ledger.

    Attributes:
        lot_number: The lot's digits; None for the whole SKU, `WITHOUT_LOT` for its units without a lot.
        on_hand: Units at the end of the day: the current snapshot's, and what was entered since.
        moved_since: Of these, the units entered since the snapshot.
    """

    lot_number: str | None
    on_hand: int
    moved_since: int


def expected(settings: Settings, store: EntryLog, sku_code: str, lot: str | None, day: date) -> Expectation:
    """Return the stock of a SKU, of its lot, or of its units `WITHOUT_LOT`, at the end of a day.

    Raises:
        EntryRefused: Nothing has been published.
        HomeUnusable: The snapshot cannot be read.
    """
    found = _row_of_snapshot(
        settings,
        "select coalesce(sum(quantity), 0), list(transaction_id) from marts.inventory_transactions"
        " where sku_code = $sku and transaction_date <= $day"
        " and ($lot is null or coalesce(lot_number, '') = $lot)",
        {"sku": sku_code, "day": day, "lot": lot},
    )
    if found is None:
        raise EntryRefused(
            "Nothing has been published yet, so nothing can be expected.",
            "entry_date",
            advice=sync_advice(", then count"),
        )
    published, known = int(found[0]), set(found[1] or ())
    since = sum(
        entry.shelf_gains
        for entry in store.entries_of(sku_code)
        if entry.entry_date <= day
        and (lot is None or (entry.lot_number or WITHOUT_LOT) == lot)
        and f"entry:{entry.entry_id}" not in known
    )
    return Expectation(lot, published + since, since)


def lots_entered_since(settings: Settings, sku_code: str) -> list[str]:
    """Return the lots of a SKU with entries that the current snapshot does not have, in the order of the entries.

    Raises:
        HomeUnusable: The snapshot cannot be read.
    """
    query = "select list(transaction_id) from marts.inventory_transactions where sku_code = ?"
    found = _row_of_snapshot(settings, query, [sku_code])
    known = set(found[0] or ()) if found else set()
    with read_operations_database(settings.operations) as connection:
        entries = EntryLog(connection).entries_of(sku_code)
    lots = [entry.lot_number for entry in entries if f"entry:{entry.entry_id}" not in known]
    return list(dict.fromkeys(lot for lot in lots if lot))


def check_lot_is_known(settings: Settings, reference: Reference, store: EntryLog, sku: str, lot: str) -> None:
    """Check that an opening balance, an entry or a movement has the lot.

    Raises:
        EntryRefused: It is not known.
        HomeUnusable: The snapshot cannot be read.
    """
    if (sku, lot) in reference.opening_lots or lot in {entry.lot_number for entry in store.entries_of(sku)}:
        return
    lots = "select 1 from marts.lots where sku_code = ? and lot_number = ? limit 1"
    if not _row_of_snapshot(settings, lots, [sku, lot]):
        raise EntryRefused(
            f"No lot {lot} of {sku} is known. Check the number; a new lot begins with a receipt.", "lot_number"
        )


def _row_of_snapshot(settings: Settings, query: str, values: Any) -> tuple[Any, ...] | None:
    """Return the query's row in the current snapshot; None when there is no row, or no snapshot yet."""
    with reading_snapshot(settings) as snapshot:
        return snapshot.connection.execute(query, values).fetchone() if snapshot else None
