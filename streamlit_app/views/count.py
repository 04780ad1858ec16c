"""Count: enter a blind stock count, see the differences, and book it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any

import pyarrow as pa
import streamlit as st

from streamlit_app.auth.identity import current_person
from streamlit_app.components import actions, columns
from streamlit_app.components.panels import panel, table
from streamlit_app.data.count_result import WHOLE_SKU, CountedLot, with_recounts
from streamlit_app.data.formatted import count, plain
from streamlit_app.data.snapshot_reader import Snapshot
from streamlit_app.data.stock_query import STOCK
from workflows.page_api import EntryRefused, EntryRequest, Settings, expect_on_hand, record_entry

_PLACE = "count"
# The session's count: `id`, `sku`, `name`, and the `lots` once they are compared.
_CURRENT = "current_count"
_BOOKED = "count_booked"
_FIELDS_A_ROW = 4
_MOST_UNITS = 1_000_000

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
        current = st.session_state.get(_CURRENT)
        if current is None:
            _begin(settings, snapshot)
        elif "lots" not in current:
            _ask_first_count(settings, snapshot, current)
        else:
            _show_differences(settings, current)
        refused = actions.refusal(_PLACE)
        if refused:
            st.error(plain(refused))


def _begin(settings: Settings, snapshot: Snapshot) -> None:
    booked = st.session_state.get(_BOOKED)
    if booked:
        st.success(plain(booked))
    names = {row["sku_code"]: f"{row['sku_code']} {row['product_name']}" for row in snapshot.rows(STOCK)}
    st.text("Choose the product to count. The expected stock is shown after you enter your count.")
    with st.container(horizontal=True, key="count-products"):
        for sku, name in names.items():
            st.button(plain(name), key=f"count-{sku}", on_click=_choose, args=(sku, name))
    st.caption(
        f"A lot that differs by more than {count(settings.count_tolerance, 'unit')} is counted a second time "
        "(SHIPLEDGER_COUNT_TOLERANCE)."
    )


def _choose(sku: str, name: str) -> None:
    st.session_state.pop(_BOOKED, None)
    st.session_state[_CURRENT] = {"id": uuid.uuid4().hex, "sku": sku, "name": name}


def _ask_first_count(settings: Settings, snapshot: Snapshot, current: dict[str, Any]) -> None:
    lots = [row["lot_number"] for row in snapshot.rows(_LOTS, current["sku"])]
    st.text(f"{current['name']}: units on the shelf. Leave empty what you did not count; enter 0 if none is left.")
    with st.form(f"{current['id']}-blind", border=False, enter_to_submit=False):
        for start in range(0, len(lots) or 1, _FIELDS_A_ROW):
            places = st.columns(_FIELDS_A_ROW)
            for place, lot in zip(places, lots[start : start + _FIELDS_A_ROW] or [WHOLE_SKU], strict=False):
                place.number_input(
                    f"Lot {lot}" if lot else "All units of the product",
                    value=None,
                    min_value=0,
                    max_value=_MOST_UNITS,
                    step=1,
                    key=_field(current, lot),
                )
        if lots:
            other, units, *_ = st.columns(_FIELDS_A_ROW)
            other.text_input("Another lot on the shelf", max_chars=40, key=_field(current, "other lot"))
            units.number_input("Its units", value=None, min_value=0, step=1, key=_field(current, "other units"))
        with st.container(horizontal=True):
            st.form_submit_button(
                "Compare with expected stock",
                type="primary",
                on_click=actions.attempt,
                args=(_PLACE, _compare, settings, current, lots or [WHOLE_SKU]),
            )
            st.form_submit_button("Cancel", on_click=_cancel)


def _compare(settings: Settings, current: dict[str, Any], lots: Sequence[str]) -> None:
    actions.authorize(settings, "count")
    counted = {lot: st.session_state.get(_field(current, lot)) for lot in lots}
    other = (st.session_state.get(_field(current, "other lot")) or "").strip()
    if other:
        counted[other] = st.session_state.get(_field(current, "other units"))
    given = {lot: int(units) for lot, units in counted.items() if units is not None}
    if not given:
        raise EntryRefused("Enter the units of at least one lot.", "quantity")
    compared = [_compared(settings, current["sku"], lot, units, settings.today()) for lot, units in given.items()]
    st.session_state[_CURRENT] = current | {"lots": compared}


def _compared(settings: Settings, sku: str, lot: str, units: int, day: date) -> CountedLot:
    expected = expect_on_hand(settings, sku, lot or None, day)
    return CountedLot(expected.lot_number or WHOLE_SKU, units, expected.on_hand, expected.moved_since)


def _show_differences(settings: Settings, current: dict[str, Any]) -> None:
    lots: list[CountedLot] = current["lots"]
    again = [lot for lot in lots if lot.needs_recount(settings.count_tolerance)]
    st.text(f"{current['name']}: {_summary(lots)}")
    _table_of(lots, settings.count_tolerance)
    if again:
        _ask_second_count(settings, current, again)
        return
    with st.container(horizontal=True):
        st.button(
            "Book the count",
            type="primary",
            key=f"{current['id']}-book",
            on_click=actions.attempt,
            args=(_PLACE, _book, settings, current),
        )
        st.button("Cancel", key=f"{current['id']}-drop", on_click=_cancel)
    st.caption(
        "Booking records the count of each lot, also without a difference. The next sync adds it to the figures."
    )


def _ask_second_count(settings: Settings, current: dict[str, Any], again: Sequence[CountedLot]) -> None:
    st.warning(
        f"{count(len(again), 'lot')} more than {count(settings.count_tolerance, 'unit')} off the expected stock: "
        "please count again. The second count is booked."
    )
    with st.form(f"{current['id']}-again", border=False, enter_to_submit=False):
        for start in range(0, len(again), _FIELDS_A_ROW):
            places = st.columns(_FIELDS_A_ROW)
            for place, lot in zip(places, again[start : start + _FIELDS_A_ROW], strict=False):
                place.number_input(
                    f"Lot {lot.lot_number}, again" if lot.lot_number else "All units, again",
                    value=None,
                    min_value=0,
                    max_value=_MOST_UNITS,
                    step=1,
                    key=_field(current, f"again {lot.lot_number}"),
                )
        with st.container(horizontal=True):
            st.form_submit_button(
                "Save the second count",
                type="primary",
                on_click=actions.attempt,
                args=(_PLACE, _save_second_count, settings, current),
            )
            st.form_submit_button("Cancel", on_click=_cancel)


def _save_second_count(settings: Settings, current: dict[str, Any]) -> None:
    lots: list[CountedLot] = current["lots"]
    again = {lot.lot_number: st.session_state.get(_field(current, f"again {lot.lot_number}")) for lot in lots}
    counted = with_recounts(lots, again, settings.count_tolerance)
    st.session_state[_CURRENT] = current | {"lots": counted}
    if any(lot.needs_recount(settings.count_tolerance) for lot in counted):
        raise EntryRefused("Enter the second count of each lot that differs.", "quantity")


def _book(settings: Settings, current: dict[str, Any]) -> None:
    """Record each lot. The entry ids come from the count, so that a repeat records nothing twice."""
    person = actions.authorize(settings, "count")
    lots: list[CountedLot] = current["lots"]
    booked = [
        record_entry(
            settings,
            EntryRequest(
                kind="count",
                sku_code=current["sku"],
                quantity=lot.final,
                entry_date=settings.today(),
                actor=person.name,
                lot_number=lot.lot_number or None,
                reason="count",
                note=None if lot.recounted is None else f"first count {lot.counted}",
                entry_id=f"{current['id']}-{lot.lot_number}",
            ),
        ).entry
        for lot in lots
    ]
    differing = [entry for entry in booked if entry.quantity]
    st.session_state[_BOOKED] = (
        f"Booked: {current['name']}, {count(len(booked), 'count')}, {len(differing)} with a difference"
        f" ({sum(entry.quantity for entry in booked):+,} units)."
    )
    st.session_state.pop(_CURRENT, None)


def _cancel() -> None:
    st.session_state.pop(_CURRENT, None)


def _summary(lots: Sequence[CountedLot]) -> str:
    differing = sum(1 for lot in lots if lot.difference)
    if not differing:
        return "no differences."
    return f"{differing} of {count(len(lots), 'lot')} differ, {sum(lot.difference for lot in lots):+,} units."


def _table_of(lots: Sequence[CountedLot], tolerance: int) -> None:
    table(
        pa.table(
            {
                "lot": [lot.lot_number or "all" for lot in lots],
                "counted": [lot.counted for lot in lots],
                "again": pa.array([lot.recounted for lot in lots], pa.int64()),
                "snapshot": [lot.expected - lot.moved_since for lot in lots],
                "moved": [lot.moved_since for lot in lots],
                "expected": [lot.expected for lot in lots],
                "difference": [lot.difference for lot in lots],
                "result": [_result(lot, tolerance) for lot in lots],
            }
        ),
        {
            "lot": columns.text("Lot"),
            "counted": columns.number("Counted"),
            "again": columns.number("Second count"),
            "snapshot": columns.number("In the snapshot"),
            "moved": columns.number("Entered since"),
            "expected": columns.number("Expected"),
            "difference": columns.number("Difference"),
            "result": columns.text("Result"),
        },
        alt="The count compared with the expected stock",
    )


def _result(lot: CountedLot, tolerance: int) -> str:
    if not lot.difference:
        return "✓ agrees"
    return "● count again" if lot.needs_recount(tolerance) else "▲ differs"


def _field(current: dict[str, Any], name: str) -> str:
    return f"{current['id']}-{name}"
