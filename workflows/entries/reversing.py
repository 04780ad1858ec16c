"""The entry that reverses another one. Entries are never changed: a wrong one is reversed, then entered right."""

from __future__ import annotations

from workflows.config.operations_database import read_operations_database
from workflows.config.settings import Settings
from workflows.entries.entry_log import Entry, EntryLog
from workflows.entries.later_counts import CountAnswer
from workflows.entries.recording import EntryRequest
from workflows.errors import EntryRefused

_SUFFIX = "-reversed"
_FROM = "-from"


def reversal_id(entry_id: str) -> str:
    """Return the id of the entry that reverses another one, so that it is reversed once."""
    return f"{entry_id}{_SUFFIX}"


def reversal_of(
    settings: Settings, entry_id: str, actor: str, reason: str, answer: CountAnswer | None = None
) -> EntryRequest:
    """Return the entry that takes back what another one did to the stock, on the same day.

    Args:
        settings: The configuration.
        entry_id: The entry to reverse.
        actor: Who.
        reason: Why.
        answer: Whether later counts included what is taken back.

    Raises:
        EntryRefused: There is no such entry, or it moved nothing, or is a reversal.
    """
    with read_operations_database(settings.operations) as connection:
        log = EntryLog(connection)
        entry = log.entry(entry_id.removesuffix(_FROM))
        source = log.entry(f"{entry_id.removesuffix(_FROM)}{_FROM}")
    if entry is None:
        raise EntryRefused(f"There is no entry {entry_id} to correct.", "corrects")
    if not can_reverse(entry):
        raise EntryRefused(
            "This entry changed no stock, or corrects another one: enter what is right.", "corrects"
        )
    is_repack = entry.entry_type == "repack"
    moved = source is not None
    return EntryRequest(
        kind="repack" if is_repack else "adjust",
        sku_code=entry.sku_code,
        quantity=entry.shelf_gains if moved else -entry.shelf_gains,
        entry_date=entry.entry_date,
        actor=actor,
        lot_number=source.lot_number if source else entry.lot_number,
        from_lot=entry.lot_number if moved else None,
        reason=reason,
        corrects=entry.entry_id,
        entry_id=reversal_id(entry.entry_id),
        count_answer=answer,
    )


def can_reverse(entry: Entry) -> bool:
    """Return whether an entry changed the stock and is not itself a correction of another one."""
    return bool(entry.quantity) and entry.corrects is None
