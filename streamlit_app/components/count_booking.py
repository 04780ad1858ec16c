"""A count in progress: its comparison with the expected stock, and its booking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date

from streamlit_app.components import actions
from streamlit_app.components.drafts import DraftFields
from streamlit_app.data.count_result import WHOLE_SKU, WITHOUT_LOT_COUNTED, CountedLot, CountedProduct
from workflows.page_api import (
    WITHOUT_LOT,
    Draft,
    Entry,
    EntryRefused,
    EntryRequest,
    Settings,
    end_draft,
    expect_on_hand,
    record_entry,
)


def compare(settings: Settings, draft: Draft, counted: Sequence[CountedLot]) -> CountedProduct:
    """Return the counts beside the stock that is expected now at the end of the draft's day.

    Raises:
        EntryRefused: A lot is not known or counted twice.
    """
    sku, day = draft.content["sku"], date.fromisoformat(draft.content["day"])
    lots = []
    for lot in counted:
        asked = {WHOLE_SKU: None, WITHOUT_LOT_COUNTED: WITHOUT_LOT}.get(lot.lot_number, lot.lot_number)
        found = expect_on_hand(settings, sku, asked, day)
        number = found.lot_number or lot.lot_number
        lots.append(replace(lot, lot_number=number, expected=found.on_hand, moved_since=found.moved_since))
    if len({lot.lot_number for lot in lots}) < len(lots):
        raise EntryRefused("The other lot is one of the lots above: enter all its units there.", "lot_number")
    return CountedProduct(tuple(lots), expect_on_hand(settings, sku, None, day).on_hand)


def check_bookable(product: CountedProduct) -> None:
    """Check that units without a lot are counted with all lots: the product's total would write off the others.

    Raises:
        EntryRefused: Other lots have stock.
    """
    if product.uncounted and any(lot.lot_number == WITHOUT_LOT_COUNTED for lot in product.lots):
        raise EntryRefused(
            "Units without a lot are booked with the product's total: count all of its lots, too.", "quantity"
        )


def keep_result(fields: DraftFields, product: CountedProduct) -> None:
    """Keep the comparison in the draft."""
    fields.keep(compared=[asdict(lot) for lot in product.lots], expected=product.expected)


def result_of(draft: Draft) -> CountedProduct:
    """Return the comparison that a draft has."""
    return CountedProduct(lots_of(draft, "compared"), draft.content["expected"])


def lots_of(draft: Draft, name: str) -> tuple[CountedLot, ...]:
    """Return the counts that a draft has under a name."""
    return tuple(CountedLot(**lot) for lot in draft.content.get(name, ()))


def book(settings: Settings, draft: Draft, product: CountedProduct, fields: DraftFields) -> list[Entry]:
    """Record each count, end the draft and return the entries.

    The entry ids come from the draft, so that a repeat records nothing twice.

    Raises:
        EntryRefused: The stock has changed since the comparison, or other lots have to be counted, too.
        NotAllowed: The role does not allow counts.
    """
    person = actions.authorize(settings, "count")
    now = compare(settings, draft, product.lots)
    has_changed = now.compared != product.compared
    if has_changed:
        keep_result(fields, now)
    check_bookable(now)
    if has_changed:
        raise EntryRefused(
            "The stock has changed since you compared. Check the differences, then book.", "quantity"
        )
    booked = [
        record_entry(
            settings,
            EntryRequest(
                kind="count",
                sku_code=draft.content["sku"],
                quantity=units,
                entry_date=date.fromisoformat(draft.content["day"]),
                actor=person.name,
                lot_number=lot_number,
                reason="count",
                note=_note(lot),
                entry_id=f"{draft.draft_id}-{lot.lot_number}",
            ),
        ).entry
        for lot, lot_number, units in product.bookings()
    ]
    end_draft(settings.operations, draft.draft_id)
    return booked


def _note(lot: CountedLot) -> str | None:
    notes = [
        f"{lot.final} without a lot" if lot.lot_number == WITHOUT_LOT_COUNTED else "",
        "" if lot.recounted is None else f"first count {lot.counted}",
    ]
    return ", ".join(filter(None, notes)) or None
