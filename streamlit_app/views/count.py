"""Count: enter a blind stock count, see the differences, and book it.

What is typed is kept in a draft, whose id is in the address: a count survives reload, navigation and publication.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date
from typing import Any

import streamlit as st

from streamlit_app.auth.identity import current_person
from streamlit_app.components import actions
from streamlit_app.components.choices import change_address
from streamlit_app.components.count_differences import name_of, show_differences, summary_of
from streamlit_app.components.drafts import DraftFields, discard, show_drafts
from streamlit_app.components.panels import panel
from streamlit_app.data.count_result import (
    WHOLE_SKU,
    WITHOUT_LOT_COUNTED,
    CountedLot,
    CountedProduct,
    with_recounts,
)
from streamlit_app.data.formatted import count, plain
from streamlit_app.data.snapshot_reader import Snapshot
from streamlit_app.data.stock_query import STOCK
from workflows.page_api import (
    WITHOUT_LOT,
    Draft,
    EntryRefused,
    EntryRequest,
    Settings,
    expect_on_hand,
    open_drafts,
    read_draft,
    record_entry,
)

_PARAMETER = "count"
_PLACE = "count"
_BOOKED = "count_booked"
_FIELDS_A_ROW = 4
_MOST_UNITS = 1_000_000
_OTHER_LOT, _OTHER_UNITS = "other lot", "other units"

_LOTS = """
    select lot_number, received_date from marts.lot_inventory
    where sku_code = $1 and quantity_on_hand <> 0
    order by fifo_rank nulls last, lot_number
"""


def show(settings: Settings, snapshot: Snapshot) -> None:
    """Show the view."""
    person = current_person(settings)
    with panel("Count stock", settings, snapshot):
        if person is None or not person.may("count"):
            st.text("Your role is read-only. Ask an admin for the operator role to enter counts.")
            return
        asked = st.query_params.get(_PARAMETER)
        draft = read_draft(settings.operations, asked) if asked else None
        if draft is None or draft.kind != "count":
            _begin(settings, snapshot, is_over=bool(asked))
        elif "compared" not in draft.content:
            _ask_first_count(settings, snapshot, draft)
        else:
            _show_result(settings, draft)
        refused = actions.refusal(_PLACE)
        if refused:
            st.error(plain(refused))


def _begin(settings: Settings, snapshot: Snapshot, *, is_over: bool) -> None:
    booked = st.session_state.get(_BOOKED)
    if booked:
        st.success(plain(booked))
    elif is_over:
        st.info("This count has been booked or cancelled.")
    names = {row["sku_code"]: f"{row['sku_code']} {row['product_name']}" for row in snapshot.rows(STOCK)}
    show_drafts(settings, open_drafts(settings.operations, "count"), _describe, _proceed)
    st.text("Choose the product to count. The expected stock is shown after you enter your count.")
    with st.container(horizontal=True, key="count-products"):
        for sku, name in names.items():
            arguments = (_PLACE, _choose, settings, sku, name)
            st.button(plain(name), key=f"count-{sku}", on_click=actions.attempt, args=arguments)
    st.caption(
        f"What differs by more than {count(settings.count_tolerance, 'unit')} is counted a second time "
        "(SHIPLEDGER_COUNT_TOLERANCE)."
    )


def _describe(draft: Draft) -> str:
    return f"{draft.content['name']}"


def _proceed(draft: Draft) -> None:
    change_address(**{_PARAMETER: draft.draft_id})


def _choose(settings: Settings, sku: str, name: str) -> None:
    st.session_state.pop(_BOOKED, None)
    draft_id = uuid.uuid4().hex
    DraftFields(settings, "count", draft_id, {}).keep(sku=sku, name=name, day=f"{settings.today()}")
    change_address(**{_PARAMETER: draft_id})


def _ask_first_count(settings: Settings, snapshot: Snapshot, draft: Draft) -> None:
    listed = [row["lot_number"] for row in snapshot.rows(_LOTS, draft.content["sku"])]
    # A lot that was counted stays, also when a new snapshot has none of it any more.
    lots = list(dict.fromkeys([*listed, *draft.content.get("lots", ())]))
    counted = [*lots, WITHOUT_LOT_COUNTED] if lots else [WHOLE_SKU]
    fields = DraftFields(settings, "count", draft.draft_id, draft.content)
    st.text(f"{draft.content['name']}: units on the shelf. Leave empty what you did not count; 0 if none is left.")
    _ask_units(fields, {lot: (name_of(lot), lot) for lot in counted})
    if lots:
        other, units, *_ = st.columns(_FIELDS_A_ROW)
        text, number = fields.begun(_OTHER_LOT, ""), fields.begun(_OTHER_UNITS)
        other.text_input("Another lot on the shelf", text, max_chars=40, **fields.kept(_OTHER_LOT))
        units.number_input("Its units", value=number, min_value=0, step=1, **fields.kept(_OTHER_UNITS))
    _show_buttons(settings, draft, "Compare with expected stock", _compare, settings, draft, fields, counted)


def _ask_units(fields: DraftFields, asked: Mapping[str, tuple[str, str]]) -> None:
    """Show a field for each number of units, with its label and its name in the draft."""
    every = list(asked.values())
    for start in range(0, len(every), _FIELDS_A_ROW):
        for place, (label, name) in zip(
            st.columns(_FIELDS_A_ROW), every[start : start + _FIELDS_A_ROW], strict=False
        ):
            begun, kept = fields.begun(f"units {name}"), fields.kept(f"units {name}")
            place.number_input(label, value=begun, min_value=0, max_value=_MOST_UNITS, step=1, **kept)


def _show_buttons(settings: Settings, draft: Draft, label: str, action: Any, *arguments: Any) -> None:
    with st.container(horizontal=True):
        st.button(
            label,
            type="primary",
            key=f"{draft.draft_id}-{label}",
            on_click=actions.attempt,
            args=(_PLACE, action, *arguments),
        )
        st.button(
            "Cancel",
            key=f"{draft.draft_id}-cancel",
            on_click=actions.attempt,
            args=(_PLACE, _cancel, settings, draft.draft_id),
        )
    typed = sum(1 for name in draft.content if name.startswith(("units ", "other ")))
    st.caption(f"{count(typed, 'field')} kept until you book or cancel the count.")


def _compare(settings: Settings, draft: Draft, fields: DraftFields, lots: Sequence[str]) -> None:
    names = [f"units {lot}" for lot in lots]
    fields.keep(*names, _OTHER_LOT, _OTHER_UNITS, lots=[lot for lot in lots if lot.isdigit()])
    given = {lot: fields.typed(f"units {lot}") for lot in lots}
    other, units = (fields.typed(_OTHER_LOT) or "").strip(), fields.typed(_OTHER_UNITS)
    if bool(other) != (units is not None):
        raise EntryRefused("Enter both the other lot and its units, or neither.", "lot_number")
    counted = [(lot, int(number)) for lot, number in given.items() if number is not None]
    counted += [(other, int(units))] if other else []
    if not counted:
        raise EntryRefused("Enter the units of at least one lot.", "quantity")
    product = _compared(settings, draft.content["sku"], counted, date.fromisoformat(draft.content["day"]))
    numbers = [lot.lot_number for lot in product.lots]
    if len(set(numbers)) < len(numbers):
        raise EntryRefused("The other lot is one of the lots above: enter all its units there.", "lot_number")
    if WITHOUT_LOT_COUNTED in numbers and product.uncounted:
        raise EntryRefused(
            "Units without a lot are booked with the product's total: count all of its lots, too.",
            "quantity",
        )
    _keep_result(fields, product)


def _compared(settings: Settings, sku: str, counted: Sequence[tuple[str, int]], day: date) -> CountedProduct:
    lots = []
    for lot, units in counted:
        asked = {WHOLE_SKU: None, WITHOUT_LOT_COUNTED: WITHOUT_LOT}.get(lot, lot)
        expected = expect_on_hand(settings, sku, asked, day)
        lots.append(CountedLot(expected.lot_number or lot, units, expected.on_hand, expected.moved_since))
    return CountedProduct(tuple(lots), expect_on_hand(settings, sku, None, day).on_hand)


def _keep_result(fields: DraftFields, product: CountedProduct) -> None:
    fields.keep(compared=[asdict(lot) for lot in product.lots], expected=product.expected)


def _result_of(draft: Draft) -> CountedProduct:
    return CountedProduct(tuple(CountedLot(**lot) for lot in draft.content["compared"]), draft.content["expected"])


def _show_result(settings: Settings, draft: Draft) -> None:
    product = _result_of(draft)
    fields = DraftFields(settings, "count", draft.draft_id, draft.content)
    again = [lot.lot_number for lot in product.lots if lot.needs_recount(settings.count_tolerance)]
    if again:
        # Who counts again knows no more than at the first time: neither the stock nor the difference.
        st.text(f"{draft.content['name']}: please count again.")
        st.caption(
            f"More than {count(settings.count_tolerance, 'unit')} off. The second count is booked; the expected "
            "stock is shown after it."
        )
        _ask_units(fields, {lot: (f"{name_of(lot)}, again", f"again {lot}") for lot in again})
        _show_buttons(settings, draft, "Save the second count", _save_second_count, settings, product, fields)
        return
    st.text(f"{draft.content['name']}: {summary_of(product)}")
    show_differences(product)
    _show_buttons(settings, draft, "Book the count", _book, settings, draft, product, fields)
    st.button(
        "Back, to count more of it",
        key=f"{draft.draft_id}-more",
        on_click=actions.attempt,
        args=(_PLACE, fields.keep),
        kwargs={"compared": None},
    )
    st.caption(
        "Booking records the count of each lot, also without a difference. The next sync adds it to the figures."
    )


def _save_second_count(settings: Settings, product: CountedProduct, fields: DraftFields) -> None:
    again = {lot.lot_number: fields.typed(f"units again {lot.lot_number}") for lot in product.lots}
    counted = with_recounts(product.lots, again, settings.count_tolerance)
    _keep_result(fields, replace(product, lots=tuple(counted)))
    if any(lot.needs_recount(settings.count_tolerance) for lot in counted):
        raise EntryRefused("Enter the second count of each lot that differs.", "quantity")


def _book(settings: Settings, draft: Draft, product: CountedProduct, fields: DraftFields) -> None:
    """Record each count. The entry ids come from the draft, so that a repeat records nothing twice."""
    person = actions.authorize(settings, "count")
    if read_draft(settings.operations, draft.draft_id) is None:
        return
    day = date.fromisoformat(draft.content["day"])
    counted = [(lot.lot_number, lot.counted) for lot in product.lots]
    now = _compared(settings, draft.content["sku"], counted, day)
    fresh = [replace(lot, recounted=old.recounted) for lot, old in zip(now.lots, product.lots, strict=True)]
    if [lot.expected for lot in fresh] != [lot.expected for lot in product.lots]:
        _keep_result(fields, replace(now, lots=tuple(fresh)))
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
                entry_date=day,
                actor=person.name,
                lot_number=lot_number,
                reason="count",
                note=_note(lot),
                entry_id=f"{draft.draft_id}-{lot.lot_number}",
            ),
        ).entry
        for lot, lot_number, units in product.bookings()
    ]
    differing = [entry for entry in booked if entry.quantity]
    st.session_state[_BOOKED] = (
        f"Booked: {draft.content['name']}, {count(len(booked), 'count')}, {len(differing)} with a difference"
        f" ({sum(entry.quantity for entry in booked):+,} units)."
    )
    _cancel(settings, draft.draft_id)


def _note(lot: CountedLot) -> str | None:
    notes = [
        f"{lot.final} without a lot" if lot.lot_number == WITHOUT_LOT_COUNTED else "",
        "" if lot.recounted is None else f"first count {lot.counted}",
    ]
    return ", ".join(filter(None, notes)) or None


def _cancel(settings: Settings, draft_id: str) -> None:
    discard(settings, "count", draft_id)
    change_address(**{_PARAMETER: None})
