"""The forms for receipts and adjustments, and the list of the last entries."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal

import pyarrow as pa
import streamlit as st

from streamlit_app.auth.identity import current_person
from streamlit_app.components import actions, columns
from streamlit_app.components.count_question import (
    ANSWER_FIRST,
    count_answer_of,
    keep_count_question,
    show_count_question,
)
from streamlit_app.components.panels import table
from streamlit_app.data.formatted import clock, count, plain
from streamlit_app.data.snapshot_reader import Snapshot
from workflows.page_api import (
    CountUnanswered,
    EntryRefused,
    EntryRequest,
    RecordedEntry,
    Settings,
    recent_entries,
    record_entry,
)

Kind = Literal["receive", "adjust"]

REASONS = ("Damaged", "Expired", "Lost", "Found", "Returned by a customer", "Sample", "Typing error")
TYPE_WORDS = {
    "receive": "Received",
    "repack": "Repacked",
    "adjust_up": "Adjusted up",
    "adjust_down": "Adjusted down",
    "count": "Counted",
}
_TITLES = {"receive": "Receive", "adjust": "Adjust"}
_BUTTONS = {"receive": "Enter the receipt", "adjust": "Enter the adjustment"}
_RECENT = 20
_ROWS = 8
_LONGEST = 200
_KNOWN = "select transaction_id from marts.inventory_transactions where list_contains($1, transaction_id)"


def show_entry_forms(settings: Settings, snapshot: Snapshot, names: Mapping[str, str]) -> None:
    """Show the form of the chosen kind, and the last entries.

    Args:
        settings: The configuration.
        snapshot: The snapshot that is shown.
        names: The label of each stocked SKU.
    """
    kinds: list[Kind] = ["receive", "adjust"]
    kind = st.segmented_control(
        "What", kinds, default="receive", required=True, format_func=_TITLES.__getitem__, key="entry_kind"
    )
    person = current_person(settings)
    if person is None or not person.may(kind):
        st.text("Your role is read-only. Ask an admin for the operator role to make entries.")
    else:
        _show_form(settings, kind, names)
    _show_recent(settings, snapshot)


def _show_form(settings: Settings, kind: Kind, names: Mapping[str, str]) -> None:
    entry_id = st.session_state.setdefault(_id_key(kind), uuid.uuid4().hex)

    def key(field: str) -> str:
        # A new entry has new keys, so a second click on the old form cannot record another one.
        return f"{entry_id}-{field}"

    with st.form(key("form"), border=False, enter_to_submit=False):
        sku, lot, units, day = st.columns([3, 2, 2, 2])
        sku.selectbox("Product", list(names), index=None, format_func=lambda code: names[code], key=key("sku"))
        lot.text_input("Lot", placeholder="e.g. 250300", max_chars=40, key=key("lot"))
        if kind == "receive":
            units.number_input("Units", value=None, min_value=1, step=1, key=key("units"))
        else:
            units.number_input("Units (−6 for a loss)", value=None, step=1, key=key("units"))
        day.date_input("Day", settings.today(), format="YYYY-MM-DD", max_value=settings.today(), key=key("day"))
        reason, note = st.columns([2, 3])
        reason.selectbox(
            "Reason" if kind == "adjust" else "Reason, if any",
            REASONS if kind == "adjust" else ("Delivery", "Return"),
            index=None,
            accept_new_options=True,
            placeholder="Choose or type",
            key=key("reason"),
        )
        note.text_input("Note", placeholder="optional", max_chars=_LONGEST, key=key("note"))
        show_count_question(entry_id, kind)
        st.form_submit_button(
            _BUTTONS[kind],
            type="primary",
            key=key("enter"),
            on_click=_enter,
            args=(settings, kind, entry_id),
        )
    refused, entered = actions.refusal(kind), st.session_state.get(_entered_key(kind))
    if refused:
        (st.warning if refused == ANSWER_FIRST else st.error)(plain(refused))
    elif entered:
        st.success(plain(entered))


def _enter(settings: Settings, kind: Kind, entry_id: str) -> None:
    if st.session_state.get(_id_key(kind)) == entry_id:
        actions.attempt(kind, _record, settings, kind, entry_id)


def _record(settings: Settings, kind: Kind, entry_id: str) -> None:
    person = actions.authorize(settings, kind)

    def typed(field: str) -> Any:
        return st.session_state.get(f"{entry_id}-{field}")

    if not typed("sku"):
        raise EntryRefused("Choose a product.", "sku_code")
    if typed("units") is None:
        raise EntryRefused("Enter the number of units.", "quantity")
    request = EntryRequest(
        kind=kind,
        sku_code=typed("sku"),
        quantity=int(typed("units")),
        entry_date=typed("day") or settings.today(),
        actor=person.name,
        lot_number=(typed("lot") or "").strip() or None,
        reason=typed("reason"),
        note=typed("note"),
        entry_id=entry_id,
        count_answer=count_answer_of(entry_id),
    )
    try:
        recorded = record_entry(settings, request)
    except CountUnanswered as question:
        keep_count_question(entry_id, question)
        raise EntryRefused(ANSWER_FIRST, question.field) from question
    st.session_state[_entered_key(kind)] = _confirmation(recorded)
    st.session_state[_id_key(kind)] = uuid.uuid4().hex


def _confirmation(recorded: RecordedEntry) -> str:
    entry = recorded.entry
    lot = f", lot {entry.lot_number}" if entry.lot_number else ""
    units = count(abs(entry.quantity), "unit")
    done = TYPE_WORDS[entry.entry_type]
    counted = " The stock stays as counted." if recorded.balanced else ""
    return f"{done}: {units} of {entry.sku_code}{lot}.{counted} The next sync adds it to the figures."


def _type_label(entry_type: str, counted: int | None) -> str:
    # An entry of type count without a counted quantity corrects the difference of an earlier count.
    if entry_type == "count" and counted is None:
        return "Count difference"
    return TYPE_WORDS.get(entry_type, entry_type)


def _show_recent(settings: Settings, snapshot: Snapshot) -> None:
    entries = recent_entries(settings, _RECENT)
    if not entries:
        st.caption("Nothing has been entered yet.")
        return
    now = datetime.now(UTC)
    ids = [f"entry:{entry.entry_id}" for entry in entries]
    known = {row["transaction_id"] for row in snapshot.rows(_KNOWN, ids)}
    st.caption("Last entries. An entry is never changed or deleted; correct it with another one.")
    table(
        pa.table(
            {
                "entered": [clock(entry.entered_at, settings.timezone, now) for entry in entries],
                "type": [_type_label(entry.entry_type, entry.counted_quantity) for entry in entries],
                "sku": [entry.sku_code for entry in entries],
                "lot": [entry.lot_number or "" for entry in entries],
                "units": pa.array([entry.shelf_gains for entry in entries], pa.int64()),
                "day": [entry.entry_date for entry in entries],
                "reason": [", ".join(filter(None, (entry.reason, entry.note))) for entry in entries],
                "actor": [entry.actor for entry in entries],
                "state": ["in the figures" if key in known else "waiting for a sync" for key in ids],
            }
        ),
        {
            "entered": columns.text("Entered"),
            "type": columns.text("What"),
            "sku": columns.text("SKU"),
            "lot": columns.text("Lot"),
            "units": columns.number("Units"),
            "day": columns.day("Day"),
            "reason": columns.text("Reason and note"),
            "actor": columns.text("By"),
            "state": columns.text("State"),
        },
        rows_shown=_ROWS,
        alt="Entries, the newest first",
    )


def _id_key(kind: str) -> str:
    return f"entry id of {kind}"


def _entered_key(kind: str) -> str:
    return f"entered by {kind}"
