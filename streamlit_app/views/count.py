"""Count: enter a blind stock count, see the differences, and book it.

What is typed is kept in a draft, whose id is in the address: a count survives reload, navigation and publication.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

import streamlit as st

from streamlit_app.auth.identity import current_person
from streamlit_app.components import actions
from streamlit_app.components.choices import change_address
from streamlit_app.components.count_booking import book, check_bookable, compare, keep_result, lots_of, result_of
from streamlit_app.components.count_differences import name_of, show_differences, summary_of
from streamlit_app.components.count_fields import FIELDS_A_ROW, ask_units, names_of, units_of
from streamlit_app.components.count_scan import show_scan
from streamlit_app.components.drafts import DraftFields, discard, end_button, show_drafts
from streamlit_app.components.panels import page_title, panel
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
    Draft,
    EntryRefused,
    Settings,
    begin_draft,
    lots_entered_since,
    open_drafts,
    read_draft,
)

_PARAMETER = "count"
_PLACE = "count"
_BOOKED = "count_booked"
_OTHER_LOT, _OTHER_UNITS = "other lot", "other units"

_LOTS = """
    select lot_number, quantity_on_hand > 0 as has_stock from marts.lot_inventory
    where sku_code = $1 and quantity_on_hand <> 0
    order by quantity_on_hand > 0 desc, pick_rank nulls last, received_date, lot_number
"""
_PER_PALLET = """
    select sku_code, arg_max(units_per_pallet, inventory_date) as units
    from marts.inventory_daily
    group by sku_code
"""


def show(settings: Settings, snapshot: Snapshot) -> None:
    """Show the view."""
    page_title("Count")
    person = current_person(settings)
    with panel("Count stock", settings, snapshot):
        if person is None or not person.may("count"):
            st.text("Your role is read-only. Ask an admin for the operator role to enter counts.")
            return
        asked = st.query_params.get(_PARAMETER)
        draft = read_draft(settings.operations, asked) if asked else None
        if draft is None or draft.kind != "count" or not {"sku", "name", "day"} <= draft.content.keys():
            _begin(settings, snapshot, is_over=bool(asked))
        elif _is_of_another_day(draft, f"{settings.today()}"):
            _ask_day(settings, draft)
        elif "compared" not in draft.content:
            _ask_first_count(settings, snapshot, draft)
        else:
            _show_result(settings, draft)
        refused = actions.refusal(settings, _PLACE)
        if refused:
            st.error(plain(refused))


def _begin(settings: Settings, snapshot: Snapshot, *, is_over: bool) -> None:
    booked = st.session_state.get(_BOOKED)
    if booked:
        st.success(plain(booked))
    elif is_over:
        st.info("This count has been booked or cancelled.")
    names = {row["sku_code"]: f"{row['sku_code']} {row['product_name']}" for row in snapshot.rows(STOCK)}
    per_pallet = {row["sku_code"]: row["units"] for row in snapshot.rows(_PER_PALLET)}
    show_drafts(settings, open_drafts(settings.operations, "count"), partial(_describe, settings), _proceed)
    st.text("Choose the product to count. The expected stock is shown after you enter your count.")
    with st.container(horizontal=True, key="count-products"):
        for sku, name in names.items():
            arguments = (_PLACE, _choose, settings, sku, name, per_pallet.get(sku))
            st.button(plain(name), key=f"count-{sku}", on_click=actions.attempt, args=arguments)
    st.caption(
        f"What differs by more than {count(settings.count_tolerance, 'unit')} is counted a second time; an admin "
        "sets how many in the configuration."
    )


def _describe(settings: Settings, draft: Draft) -> str:
    return f"{draft.content.get('name', 'No product')}, count of {_day(settings, draft)}"


def _day(settings: Settings, draft: Draft) -> str:
    day = draft.content.get("day")
    return settings.dates.day(date.fromisoformat(day)) if day else "no day"


def _proceed(draft: Draft) -> None:
    change_address(**{_PARAMETER: draft.draft_id})


def _choose(settings: Settings, sku: str, name: str, per_pallet: int | None) -> None:
    st.session_state.pop(_BOOKED, None)
    draft_id = uuid.uuid4().hex
    person = actions.authorize(settings, "count")
    begun = {"sku": sku, "name": name, "day": f"{settings.today()}", "per_pallet": per_pallet}
    begin_draft(settings.operations, draft_id, "count", person.name, **begun)
    change_address(**{_PARAMETER: draft_id})


def _is_of_another_day(draft: Draft, today: str) -> bool:
    return today not in (draft.content["day"], draft.content.get("asked_on"))


def _ask_day(settings: Settings, draft: Draft) -> None:
    today, fields = f"{settings.today()}", DraftFields(settings, "count", draft.draft_id, draft.content)
    begun = _day(settings, draft)
    st.text(
        f"{draft.content['name']}: this count was begun on {begun}. What it has is compared with the stock at the "
        "end of that day, and booked for it."
    )
    with st.container(horizontal=True):
        st.button(
            f"Continue the count of {begun}",
            key=f"{draft.draft_id}-day",
            on_click=actions.attempt,
            args=(_PLACE, fields.keep),
            kwargs={"asked_on": today},
        )
        st.button(
            f"Count again, for {settings.dates.day(settings.today())}",
            key=f"{draft.draft_id}-today",
            on_click=actions.attempt,
            args=(_PLACE, _count_again, settings, draft),
        )
        end_button(settings, draft, "Cancel", _cancel, settings, draft.draft_id)


def _count_again(settings: Settings, draft: Draft) -> None:
    _choose(settings, draft.content["sku"], draft.content["name"], draft.content.get("per_pallet"))
    # What somebody else typed stays in the list: removing it is asked about there.
    if actions.authorize(settings, "count").name == draft.actor:
        discard(settings, "count", draft.draft_id)


def _title(settings: Settings, draft: Draft) -> str:
    return f"{draft.content['name']}, compared with the stock at the end of {_day(settings, draft)}"


def _ask_first_count(settings: Settings, snapshot: Snapshot, draft: Draft) -> None:
    sku, done = draft.content["sku"], {lot.lot_number: lot for lot in lots_of(draft, "done")}
    listed = {row["lot_number"]: row["has_stock"] for row in snapshot.rows(_LOTS, sku)}
    entered = lots_entered_since(settings, sku)
    # A lot that was counted stays, also when a new snapshot has none of it any more.
    counted_before = [*draft.content.get("lots", ()), *(lot for lot in done if lot.isdigit())]
    stocked = [lot for lot, has_stock in listed.items() if has_stock]
    lots = list(dict.fromkeys([*stocked, *entered, *listed, *counted_before]))
    asked = [lot for lot in ([*lots, WITHOUT_LOT_COUNTED] if lots else [WHOLE_SKU]) if lot not in done]
    fields = DraftFields(settings, "count", draft.draft_id, draft.content)
    st.text(_title(settings, draft))
    st.caption("Enter the units on the shelf. Leave empty what you did not count; 0 if none is left.")
    show_scan(settings, draft, fields, asked)
    _show_done(draft, list(done.values()))
    ask_units(fields, {lot: (name_of(lot), lot) for lot in asked}, draft.content.get("per_pallet"))
    if lots:
        other, units, *_ = st.columns(FIELDS_A_ROW)
        text, number = fields.begun(_OTHER_LOT, ""), fields.begun(_OTHER_UNITS)
        other.text_input("Another lot on the shelf", text, max_chars=40, **fields.kept(_OTHER_LOT))
        units.number_input("Its units in all", value=number, min_value=0, step=1, **fields.kept(_OTHER_UNITS))
    _show_buttons(settings, draft, "Compare with expected stock", _compare, settings, draft, fields, asked)


def _show_done(draft: Draft, done: Sequence[CountedLot]) -> None:
    """Show what has been compared before: its expected stock was seen, so it is not counted again."""
    for start in range(0, len(done), FIELDS_A_ROW):
        row = done[start : start + FIELDS_A_ROW]
        for place, lot in zip(st.columns(FIELDS_A_ROW), row, strict=False):
            key = f"{draft.draft_id}-done {lot.lot_number}"
            place.number_input(name_of(lot.lot_number), value=lot.final, disabled=True, key=key)


def _show_buttons(settings: Settings, draft: Draft, label: str, action: Any, *arguments: Any) -> None:
    with st.container(horizontal=True):
        st.button(
            label,
            type="primary",
            key=f"{draft.draft_id}-{label}",
            on_click=actions.attempt,
            args=(_PLACE, action, *arguments),
        )
        end_button(settings, draft, "Cancel", _cancel, settings, draft.draft_id)
    typed = sum(1 for name in draft.content if name.startswith(("units ", "pallets ", "other ")))
    st.caption(f"{count(typed, 'field')} kept until you book or cancel the count.")


def _compare(settings: Settings, draft: Draft, fields: DraftFields, asked: Sequence[str]) -> None:
    names = [name for lot in asked for name in names_of(lot)]
    kept = fields.keep_changed(*names, _OTHER_LOT, _OTHER_UNITS)
    if "compared" in kept:
        raise EntryRefused("Somebody else has compared this count meanwhile. Go back to count more.", "quantity")
    fields.keep(lots=[lot for lot in asked if lot.isdigit()])
    typed = {lot: units_of(kept, lot, kept.get("per_pallet")) for lot in asked}
    other, units = (kept.get(_OTHER_LOT) or "").strip(), kept.get(_OTHER_UNITS)
    if bool(other) != (units is not None):
        raise EntryRefused("Enter both the other lot and its units, or neither.", "lot_number")
    typed |= {other: units} if other else {}
    counted = [CountedLot(lot, int(number), 0, 0) for lot, number in typed.items() if number is not None]
    if not counted:
        raise EntryRefused("Enter the units of at least one lot.", "quantity")
    product = compare(settings, draft, [*lots_of(draft, "done"), *counted])
    check_bookable(product)
    keep_result(fields, product)


def _show_result(settings: Settings, draft: Draft) -> None:
    product = result_of(draft)
    fields = DraftFields(settings, "count", draft.draft_id, draft.content)
    again = [lot.lot_number for lot in product.lots if lot.needs_recount(settings.count_tolerance)]
    if again:
        # Who counts again knows no more than at the first time: neither the stock nor the difference.
        st.text(f"{_title(settings, draft)}: please count again.")
        st.caption(
            f"More than {count(settings.count_tolerance, 'unit')} off. The second count is booked; the expected "
            "stock is shown after it."
        )
        fields_of = {lot: (f"{name_of(lot)}, again", f"again {lot}") for lot in again}
        ask_units(fields, fields_of, draft.content.get("per_pallet"))
        _show_buttons(settings, draft, "Save the second count", _save_second_count, settings, draft, fields)
        return
    st.text(f"{_title(settings, draft)}: {summary_of(product)}")
    show_differences(product)
    _show_buttons(settings, draft, "Book the count", _book, settings, draft, product, fields)
    if WHOLE_SKU not in [lot.lot_number for lot in product.lots]:
        st.button(
            "Back, to count more of it",
            key=f"{draft.draft_id}-more",
            on_click=actions.attempt,
            args=(_PLACE, fields.keep),
            kwargs={"done": draft.content["compared"], "compared": None, _OTHER_LOT: None, _OTHER_UNITS: None},
        )
    st.caption(
        "Booking records the count of each lot, also without a difference. The next sync adds it to the figures."
    )


def _save_second_count(settings: Settings, draft: Draft, fields: DraftFields) -> None:
    names = {lot.lot_number: f"again {lot.lot_number}" for lot in result_of(draft).lots}
    kept = fields.keep_changed(*(field for name in names.values() for field in names_of(name)))
    product = result_of(replace(draft, content=kept))
    again = {lot: units_of(kept, name, kept.get("per_pallet")) for lot, name in names.items()}
    counted = with_recounts(product.lots, again, settings.count_tolerance)
    keep_result(fields, replace(product, lots=tuple(counted)))
    if any(lot.needs_recount(settings.count_tolerance) for lot in counted):
        raise EntryRefused("Enter the second count of each lot that differs.", "quantity")


def _book(settings: Settings, draft: Draft, product: CountedProduct, fields: DraftFields) -> None:
    now = read_draft(settings.operations, draft.draft_id)
    if now is None:
        return
    if now.content.get("compared") != draft.content["compared"]:
        raise EntryRefused("Somebody else has changed this count meanwhile. Check it, then book.", "quantity")
    booked = book(settings, draft, product, fields)
    differing = [entry for entry in booked if entry.quantity]
    st.session_state[_BOOKED] = (
        f"Booked for {_day(settings, draft)}: {draft.content['name']}, {count(len(booked), 'count')}, "
        f"{len(differing)} with a difference ({sum(entry.quantity for entry in booked):+,} units)."
    )
    change_address(**{_PARAMETER: None})


def _cancel(settings: Settings, draft_id: str) -> None:
    discard(settings, "count", draft_id)
    change_address(**{_PARAMETER: None})
