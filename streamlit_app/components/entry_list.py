"""The last entries, and the reversal of one of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import streamlit as st

from streamlit_app.auth.identity import current_person
from streamlit_app.components import actions, columns
from streamlit_app.components.entry_questions import QUESTIONS, answer_of, record_asked, show_questions
from streamlit_app.components.long_list import pick_row
from streamlit_app.data.formatted import TYPE_WORDS, count, plain
from streamlit_app.data.snapshot_reader import Snapshot
from workflows.page_api import Entry, EntryRefused, Settings, on_page, recent_entries, reversal_id, reversal_of

_RECENT = 500
_ROWS = 8
_LONGEST = 200
_PLACE = "correct"
_REVERSED = "entry reversed"
_KNOWN = "select transaction_id from marts.inventory_transactions where transaction_id in (select unnest($1))"


def show_entries(settings: Settings, snapshot: Snapshot) -> None:
    """Show the last entries; one can be selected and corrected."""
    entries = recent_entries(settings, _RECENT)
    if not entries:
        st.caption("Nothing has been entered yet.")
        return
    st.caption("Last entries. Select one to correct it: an entry is never changed, another one takes it back.")
    ids = [entry.entry_id for entry in entries]
    chosen = pick_row(
        _table(settings, snapshot, entries),
        {
            "entered": columns.text("Entered"),
            "type": columns.text("What"),
            "sku": columns.text("SKU"),
            "lot": columns.text("Lot"),
            "units": columns.number("Units"),
            "day": columns.day(snapshot.dates, "Day"),
            "reason": columns.text("Reason and note"),
            "actor": columns.text("By"),
            "state": columns.text("State"),
        },
        name="entry",
        keys=ids,
        alt="Entries, the newest first; select a row to correct it",
        rows_shown=_ROWS,
    )
    if chosen is not None:
        _show_correction(settings, entries[ids.index(chosen)], is_reversed=reversal_id(chosen) in ids)


def _table(settings: Settings, snapshot: Snapshot, entries: Sequence[Entry]) -> pa.Table:
    now = datetime.now(UTC)
    ids = [f"entry:{entry.entry_id}" for entry in entries]
    known = {row["transaction_id"] for row in snapshot.rows(_KNOWN, ids)}
    return pa.table(
        {
            "entered": [settings.dates.clock(entry.entered_at, now) for entry in entries],
            "type": [_type_label(entry.entry_type, entry.counted_quantity) for entry in entries],
            "sku": [entry.sku_code for entry in entries],
            "lot": [entry.lot_number or "" for entry in entries],
            "units": pa.array([entry.shelf_gains for entry in entries], pa.int64()),
            "day": [entry.entry_date for entry in entries],
            "reason": [", ".join(filter(None, (entry.reason, entry.note))) for entry in entries],
            "actor": [entry.actor for entry in entries],
            "state": ["in the figures" if key in known else "waiting for a sync" for key in ids],
        }
    )


def _type_label(entry_type: str, counted: int | None) -> str:
    # An entry of type count without a counted quantity corrects the difference of an earlier count.
    if entry_type == "count" and counted is None:
        return "Count difference"
    return TYPE_WORDS.get(entry_type, entry_type)


def _show_correction(settings: Settings, entry: Entry, *, is_reversed: bool) -> None:
    done = st.session_state.get(_REVERSED)
    if is_reversed or done == entry.entry_id:
        st.success("This entry has been taken back by another one.")
        return
    person = current_person(settings)
    if person is None or not person.may("adjust"):
        st.text("Your role is read-only. Ask an admin for the operator role to correct entries.")
        return
    try:
        reversal = reversal_of(settings, entry.entry_id, person.name, "")
    except EntryRefused as problem:
        st.text(settings.dates.in_sentence(on_page(problem)))
        return
    lot = f", lot {entry.lot_number}" if entry.lot_number else ""
    day = settings.dates.day(entry.entry_date)
    units = entry.shelf_gains if reversal.from_lot else -reversal.quantity
    st.text(f"Correct: takes back {units:+,} units of {entry.sku_code}{lot} on {day}. Then enter what is right.")
    reason = st.text_input("Reason", max_chars=_LONGEST, key=f"reason {entry.entry_id}")
    show_questions(settings, reversal_id(entry.entry_id), "adjust")
    st.button(
        f"Take back {count(abs(units), 'unit')}",
        key=f"reverse {entry.entry_id}",
        on_click=actions.attempt,
        args=(_PLACE, _reverse, settings, entry.entry_id, reason),
    )
    refused = actions.refusal(settings, _PLACE)
    if refused:
        (st.warning if refused in QUESTIONS else st.error)(plain(refused))


def _reverse(settings: Settings, entry_id: str, reason: str) -> None:
    person = actions.authorize(settings, "adjust")
    typed: Any = st.session_state.get(f"reason {entry_id}", reason)
    if not typed.strip():
        raise EntryRefused("Give a reason: somebody will ask why.", "reason")
    key = reversal_id(entry_id)
    record_asked(settings, key, reversal_of(settings, entry_id, person.name, typed, answer_of(key)))
    st.session_state[_REVERSED] = entry_id
