"""The entry that reverses another one. Entries are never changed: a wrong one is reversed, then entered right."""

from __future__ import annotations

from collections.abc import Sequence

from workflows.config.operations_database import read_operations_database
from workflows.config.settings import Settings
from workflows.entries.entry_log import Entry, EntryLog
from workflows.entries.later_counts import CountAnswer
from workflows.entries.recording import EntryRequest
from workflows.errors import EntryRefused

_SUFFIX = "-reversed"
_FROM = "-from"


def reversal_id(entry_id: str) -> str:
    """Return the id of the entry that reverses another one, so that it is reversed once.

    Both entries of a move between lots are reversed by the same one.
    """
    return f"{entry_id.removesuffix(_FROM)}{_SUFFIX}"


def reversal_of(
    settings: Settings, entry_id: str, actor: str, reason: str, answer: CountAnswer | None = None
) -> EntryRequest:
    """Return the entry that takes back what another one did to the stock, on the same day.

    Of a count it takes back the difference and the corrections of it, which later entries made.

    Args:
        settings: The configuration.
        entry_id: The entry to reverse.
        actor: Who.
        reason: Why.
        answer: Whether later counts included what is taken back.

    Raises:
        EntryRefused: There is no such entry, it moved nothing, or it is a correction or was corrected.
    """
    with read_operations_database(settings.operations) as connection:
        log = EntryLog(connection)
        entry = log.entry(entry_id.removesuffix(_FROM))
        source = log.entry(f"{entry_id.removesuffix(_FROM)}{_FROM}")
        recorded = log.entries_of(entry.sku_code) if entry else []
    if entry is None:
        raise EntryRefused(f"There is no entry {entry_id} to correct.", "corrects")
    gains = _gains_to_take_back(entry, source, recorded)
    return EntryRequest(
        kind="repack" if entry.entry_type == "repack" else "adjust",
        sku_code=entry.sku_code,
        quantity=gains if source else -gains,
        entry_date=entry.entry_date,
        actor=actor,
        lot_number=source.lot_number if source else entry.lot_number,
        from_lot=entry.lot_number if source else None,
        reason=reason,
        corrects=entry.entry_id,
        entry_id=reversal_id(entry.entry_id),
        count_answer=answer,
    )


def _gains_to_take_back(entry: Entry, source: Entry | None, recorded: Sequence[Entry]) -> int:
    """Return the units that an entry and the corrections of its difference added, if they can be taken back."""
    if not entry.quantity or entry.corrects is not None:
        raise EntryRefused(
            "This entry changed no stock, or corrects another one: enter what is right.", "corrects"
        )
    ids = {row.entry_id for row in (entry, source) if row}
    corrections = [
        other for other in recorded if other.corrects in ids and other.entry_id != reversal_id(entry.entry_id)
    ]
    # The corrections of a count's difference are entries of type count that counted nothing.
    if any(other.entry_type != "count" or other.counted_quantity is not None for other in corrections):
        raise EntryRefused(
            "This entry has been corrected by another one already: enter what is right.", "corrects"
        )
    if any(other.lot_number != entry.lot_number for other in corrections):
        raise EntryRefused(
            "Later entries corrected this count's difference for units of another lot or of none: enter what is "
            "right.",
            "corrects",
        )
    gains = entry.shelf_gains + sum(other.shelf_gains for other in corrections)
    if not gains:
        raise EntryRefused(
            "Later entries corrected this count's difference, so that it has changed the stock by 0 in all: there "
            "is nothing to take back.",
            "corrects",
        )
    return gains
