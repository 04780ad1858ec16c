"""Count: what stands on the shelf, entered without seeing what should; then the difference, then the books."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any

import pyarrow as pa
import streamlit as st

from streamlit_app.auth.identity import present_person
from streamlit_app.components import actions
from streamlit_app.components.panels import panel, table
from streamlit_app.components.status_bar import Moment
from streamlit_app.data.count_result import WHOLE_SKU, CountedLot, with_recounts
from streamlit_app.data.formatted import count, plain
from streamlit_app.data.snapshot_reader import Snapshot
from streamlit_app.data.stock_query import STOCK
from workflows.page_api import EntryRefused, EntryRequest, Settings, expect_on_hand, record_entry

_PLACE = "count"
# What is under way: `id`, `sku`, and the `lots` once they are compared.
_UNDER_WAY = "count_under_way"
_BOOKED = "count_booked"
_FIELDS_A_ROW = 4
_MOST_UNITS = 1_000_000

_LOTS = """
    select lot_number, received_date from marts.lot_inventory
    where sku_code = $1 and quantity_on_hand <> 0
    order by fifo_rank nulls last, lot_number
"""


def show(settings: Settings, snapshot: Snapshot, moment: Moment) -> None:
    """Draw the view."""
    del moment
    person = present_person(settings)
    with panel("Count the shelf", settings, snapshot):
        if person is None or not person.may("count"):
            st.text("Your role only looks. Counting is an operator's work; ask an admin for that role.")
            return
        under_way = st.session_state.get(_UNDER_WAY)
        if under_way is None:
            _begin(settings, snapshot)
        elif "lots" not in under_way:
            _ask_blind(settings, snapshot, under_way)
        else:
            _show_differences(settings, under_way)
        refused = actions.refusal(_PLACE)
        if refused:
            st.error(plain(refused))


def _begin(settings: Settings, snapshot: Snapshot) -> None:
    booked = st.session_state.get(_BOOKED)
    if booked:
        st.success(plain(booked))
    names = {row["sku_code"]: f"{row['sku_code']} {row['product_name']}" for row in snapshot.rows(STOCK)}
    st.text("Choose what you stand in front of. What the ledger has is shown once you have entered your count.")
    with st.container(horizontal=True, key="count-products"):
        for sku, name in names.items():
            st.button(plain(name), key=f"count-{sku}", on_click=_choose, args=(sku, name))
    st.caption(
        f"A difference of more than {count(settings.count_tolerance, 'unit')} is counted a second time "
        "(SHIPLEDGER_COUNT_TOLERANCE)."
    )


def _choose(sku: str, name: str) -> None:
    st.session_state.pop(_BOOKED, None)
    st.session_state[_UNDER_WAY] = {"id": uuid.uuid4().hex, "sku": sku, "name": name}


def _ask_blind(settings: Settings, snapshot: Snapshot, under_way: dict[str, Any]) -> None:
    lots = [row["lot_number"] for row in snapshot.rows(_LOTS, under_way["sku"])]
    st.text(
        f"{under_way['name']}: units on the shelf. Leave empty what you have not counted; 0 means none is left."
    )
    with st.form(f"{under_way['id']}-blind", border=False, enter_to_submit=False):
        for start in range(0, len(lots) or 1, _FIELDS_A_ROW):
            places = st.columns(_FIELDS_A_ROW)
            for place, lot in zip(places, lots[start : start + _FIELDS_A_ROW] or [WHOLE_SKU], strict=False):
                place.number_input(
                    f"Lot {lot}" if lot else "All units of the product",
                    value=None,
                    min_value=0,
                    max_value=_MOST_UNITS,
                    step=1,
                    key=_field(under_way, lot),
                )
        if lots:
            other, units, *_ = st.columns(_FIELDS_A_ROW)
            other.text_input("Another lot on the shelf", max_chars=40, key=_field(under_way, "other lot"))
            units.number_input("Its units", value=None, min_value=0, step=1, key=_field(under_way, "other units"))
        with st.container(horizontal=True):
            st.form_submit_button(
                "Compare with the ledger",
                type="primary",
                on_click=actions.attempt,
                args=(_PLACE, _compare, settings, under_way, lots or [WHOLE_SKU]),
            )
            st.form_submit_button("Give up", on_click=_give_up)


def _compare(settings: Settings, under_way: dict[str, Any], lots: Sequence[str]) -> None:
    actions.permit(settings, "count")
    counted = {lot: st.session_state.get(_field(under_way, lot)) for lot in lots}
    other = (st.session_state.get(_field(under_way, "other lot")) or "").strip()
    if other:
        counted[other] = st.session_state.get(_field(under_way, "other units"))
    given = {lot: int(units) for lot, units in counted.items() if units is not None}
    if not given:
        raise EntryRefused("Enter the units of at least one lot.", "quantity")
    compared = [
        _compared(settings, under_way["sku"], lot, units, settings.today()) for lot, units in given.items()
    ]
    st.session_state[_UNDER_WAY] = under_way | {"lots": compared}


def _compared(settings: Settings, sku: str, lot: str, units: int, day: date) -> CountedLot:
    expected = expect_on_hand(settings, sku, lot or None, day)
    return CountedLot(expected.lot_number or WHOLE_SKU, units, expected.on_hand, expected.moved_since)


def _show_differences(settings: Settings, under_way: dict[str, Any]) -> None:
    lots: list[CountedLot] = under_way["lots"]
    again = [lot for lot in lots if lot.needs_recount(settings.count_tolerance)]
    st.text(f"{under_way['name']}: {_summary(lots)}")
    _table_of(lots, settings.count_tolerance)
    if again:
        _ask_again(settings, under_way, again)
        return
    with st.container(horizontal=True):
        st.button(
            "Book the count",
            type="primary",
            key=f"{under_way['id']}-book",
            on_click=actions.attempt,
            args=(_PLACE, _book, settings, under_way),
        )
        st.button("Give up", key=f"{under_way['id']}-drop", on_click=_give_up)
    st.caption("Booking enters each lot's count with its difference, also when it is 0; the next sync shows it.")


def _ask_again(settings: Settings, under_way: dict[str, Any], again: Sequence[CountedLot]) -> None:
    st.warning(
        f"{count(len(again), 'lot')} more than {count(settings.count_tolerance, 'unit')} away from the ledger: "
        "count again, please. The second count is the one that is booked."
    )
    with st.form(f"{under_way['id']}-again", border=False, enter_to_submit=False):
        for start in range(0, len(again), _FIELDS_A_ROW):
            places = st.columns(_FIELDS_A_ROW)
            for place, lot in zip(places, again[start : start + _FIELDS_A_ROW], strict=False):
                place.number_input(
                    f"Lot {lot.lot_number}, again" if lot.lot_number else "All units, again",
                    value=None,
                    min_value=0,
                    max_value=_MOST_UNITS,
                    step=1,
                    key=_field(under_way, f"again {lot.lot_number}"),
                )
        with st.container(horizontal=True):
            st.form_submit_button(
                "Take the second count",
                type="primary",
                on_click=actions.attempt,
                args=(_PLACE, _take_second, settings, under_way),
            )
            st.form_submit_button("Give up", on_click=_give_up)


def _take_second(settings: Settings, under_way: dict[str, Any]) -> None:
    lots: list[CountedLot] = under_way["lots"]
    again = {lot.lot_number: st.session_state.get(_field(under_way, f"again {lot.lot_number}")) for lot in lots}
    counted = with_recounts(lots, again, settings.count_tolerance)
    st.session_state[_UNDER_WAY] = under_way | {"lots": counted}
    if any(lot.needs_recount(settings.count_tolerance) for lot in counted):
        raise EntryRefused("Enter the second count of each lot that differs.", "quantity")


def _book(settings: Settings, under_way: dict[str, Any]) -> None:
    """Enter each lot; their ids come from the count, so that a repeat enters nothing twice."""
    person = actions.permit(settings, "count")
    lots: list[CountedLot] = under_way["lots"]
    booked = [
        record_entry(
            settings,
            EntryRequest(
                kind="count",
                sku_code=under_way["sku"],
                quantity=lot.final,
                entry_date=settings.today(),
                actor=person.name,
                lot_number=lot.lot_number or None,
                reason="count",
                note=None if lot.recounted is None else f"first count {lot.counted}",
                entry_id=f"{under_way['id']}-{lot.lot_number}",
            ),
        ).entry
        for lot in lots
    ]
    differing = [entry for entry in booked if entry.quantity]
    st.session_state[_BOOKED] = (
        f"Booked: {under_way['name']}, {count(len(booked), 'count')}, {len(differing)} with a difference"
        f" ({sum(entry.quantity for entry in booked):+,} units)."
    )
    st.session_state.pop(_UNDER_WAY, None)


def _give_up() -> None:
    st.session_state.pop(_UNDER_WAY, None)


def _summary(lots: Sequence[CountedLot]) -> str:
    away = sum(1 for lot in lots if lot.difference)
    if not away:
        return "all of it agrees with the ledger."
    return f"{away} of {count(len(lots), 'lot')} differ, {sum(lot.difference for lot in lots):+,} units in all."


def _table_of(lots: Sequence[CountedLot], tolerance: int) -> None:
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
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
                "verdict": [_verdict(lot, tolerance) for lot in lots],
            }
        ),
        {
            "lot": text("Lot"),
            "counted": number("Counted", format="localized"),
            "again": number("Second count", format="localized"),
            "snapshot": number("In the snapshot", format="localized"),
            "moved": number("Entered since", format="localized"),
            "expected": number("Expected", format="localized"),
            "difference": number("Difference", format="localized"),
            "verdict": text("Verdict"),
        },
        alt="The count against the ledger",
    )


def _verdict(lot: CountedLot, tolerance: int) -> str:
    if not lot.difference:
        return "✓ agrees"
    return "● count again" if lot.needs_recount(tolerance) else "▲ differs"


def _field(under_way: dict[str, Any], name: str) -> str:
    return f"{under_way['id']}-{name}"
