"""The forms for receipts and adjustments, which keep what is typed until it is entered, and for expiry dates."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any, Final, Literal

import streamlit as st

from streamlit_app.auth.identity import current_person
from streamlit_app.components import actions
from streamlit_app.components.drafts import DraftFields, discard, end_button, show_drafts, was_begun
from streamlit_app.components.entry_list import show_entries
from streamlit_app.components.entry_questions import QUESTIONS, answer_of, record_asked, show_questions
from streamlit_app.components.expiry_form import choose_expiry, show_expiry_form
from streamlit_app.data.formatted import TYPE_WORDS, count, plain
from streamlit_app.data.snapshot_reader import Snapshot
from workflows.page_api import (
    ENDED,
    Draft,
    EntryRefused,
    EntryRequest,
    RecordedEntry,
    Settings,
    end_draft,
    open_drafts,
    read_draft,
)

Kind = Literal["receive", "adjust"]

_REASONS = {
    "receive": ("Delivery", "Return"),
    "adjust": ("Damaged", "Expired", "Lost", "Found", "Returned by a customer", "Sample", "Typing error"),
}
_KINDS: tuple[Kind, ...] = ("receive", "adjust")
_EXPIRY: Final = "expiry"
_TITLES = {"receive": "Receive", "adjust": "Adjust", _EXPIRY: "Expiry date"}
# What an adjustment does to the stock.
_WAYS = {"found": 1, "lost": -1}
_NOUNS = {"receive": "Receipt", "adjust": "Adjustment"}
_BUTTONS = {"receive": "Enter the receipt", "adjust": "Enter the adjustment"}
_FIELDS = ("sku", "lot", "way", "units", "day", "expires", "reason", "note")
_LONGEST = 200


def show_entry_forms(settings: Settings, snapshot: Snapshot, names: Mapping[str, str]) -> None:
    """Show the form of the chosen kind, what is in progress, and the last entries.

    Args:
        settings: The configuration.
        snapshot: The snapshot that is shown.
        names: The label of each stocked SKU.
    """
    kinds: list[Kind | Literal["expiry"]] = [*_KINDS, _EXPIRY]
    kind = st.segmented_control(
        "What", kinds, default="receive", required=True, format_func=_TITLES.__getitem__, key="entry_kind"
    )
    person = current_person(settings)
    if person is None or not person.may(kind):
        st.text("Your role is read-only. Ask an admin for the operator role to make entries.")
    elif kind == _EXPIRY:
        show_expiry_form(settings, names)
    else:
        _show_form(settings, kind, names)
        shown = st.session_state[_id_key(kind)]
        others = [draft for draft in open_drafts(settings.operations, *_KINDS) if draft.draft_id != shown]
        show_drafts(settings, others, _describe, _proceed)
    show_entries(settings, snapshot)


def _describe(draft: Draft) -> str:
    way, units, sku, lot = (draft.content.get(name) for name in ("way", "units", "sku", "lot"))
    parts = (way, sku, lot and f"lot {lot}", units and f"{units:,} units")
    return f"{_NOUNS[draft.kind]}: {', '.join(filter(None, parts))}"


def _proceed(draft: Draft) -> None:
    st.session_state["entry_kind"] = draft.kind
    st.session_state[_id_key(draft.kind)] = draft.draft_id


def _show_form(settings: Settings, kind: Kind, names: Mapping[str, str]) -> None:
    entry_id = st.session_state.setdefault(_id_key(kind), uuid.uuid4().hex)
    draft = read_draft(settings.operations, entry_id)
    if draft is None and was_begun(entry_id):
        actions.attempt(kind, _start_again, kind)
        entry_id = st.session_state[_id_key(kind)]
    begin_with = {"day": f"{settings.today()}"} if draft is None else None
    # A new entry has new keys, so a second click on the old form cannot record another one.
    fields = DraftFields(settings, kind, entry_id, _content(draft, names, settings.today()), begin_with)
    _show_fields(settings, kind, names, fields)
    show_questions(settings, entry_id, kind)
    with st.container(horizontal=True):
        st.button(
            _BUTTONS[kind],
            type="primary",
            key=fields.key("enter"),
            on_click=_enter,
            args=(settings, kind, entry_id, fields),
        )
        if draft is not None:
            end_button(settings, draft, "Cancel", _cancel, settings, kind, entry_id)
    if draft is not None:
        typed = [name for name in draft.content if name != "day"]
        day = draft.content.get("day")
        of_day = f", for {settings.dates.day(date.fromisoformat(day))}" if day else ""
        st.caption(f"{count(len(typed), 'field')} kept{of_day}, until you enter or cancel it.")
    refused, entered = actions.refusal(settings, kind), st.session_state.get(_entered_key(kind))
    if refused:
        (st.warning if refused in QUESTIONS else st.error)(plain(refused))
    elif entered:
        st.success(plain(entered))


def _show_fields(settings: Settings, kind: Kind, names: Mapping[str, str], fields: DraftFields) -> None:
    sku, lot, units, day = st.columns([3, 2, 3 if kind == "adjust" else 2, 2])
    sku.selectbox(
        "Product",
        list(names),
        index=list(names).index(fields.begun("sku")) if fields.begun("sku") else None,
        format_func=names.__getitem__,
        **fields.kept("sku"),
    )
    lot.text_input("Lot", fields.begun("lot", ""), placeholder="e.g. 250300", max_chars=40, **fields.kept("lot"))
    if kind == "adjust":
        way, units = units.columns([3, 2])
        way.segmented_control(
            "Found or lost",
            list(_WAYS),
            default=fields.begun("way"),
            format_func=str.capitalize,
            **fields.kept("way"),
        )
    units.number_input("Units", value=fields.begun("units"), min_value=1, step=1, **fields.kept("units"))
    today = settings.today()
    day.date_input("Day", fields.begun("day"), format=settings.dates.field, max_value=today, **fields.kept("day"))
    if kind == "receive":
        expires, reason, note = st.columns([2, 3, 4])
        choose_expiry(settings, expires, "Lot expires, if kept", fields.begun("expires"), **fields.kept("expires"))
    else:
        reason, note = st.columns([2, 3])
    chosen = fields.begun("reason")
    reasons = list(dict.fromkeys([*_REASONS[kind], *([chosen] if chosen else [])]))
    reason.selectbox(
        "Reason" if kind == "adjust" else "Reason, if any",
        reasons,
        index=reasons.index(chosen) if chosen else None,
        accept_new_options=True,
        placeholder="Choose or type",
        **fields.kept("reason"),
    )
    note.text_input(
        "Note", fields.begun("note", ""), placeholder="optional", max_chars=_LONGEST, **fields.kept("note")
    )


def _content(draft: Draft | None, names: Mapping[str, str], today: date) -> dict[str, object]:
    """Return what the form begins with: what was typed, as long as it can still be chosen."""
    content = _without_sign(draft.content) if draft else {}
    if content.get("sku") not in names:
        content.pop("sku", None)
    days = {name: date.fromisoformat(content[name]) for name in ("day", "expires") if content.get(name)}
    return content | {"day": today} | days


def _without_sign(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a draft has; one of an earlier release has units with a sign instead of found or lost."""
    units = content.get("units")
    return dict(content) | ({"way": "lost", "units": -units} if units and units < 0 else {})


def _enter(settings: Settings, kind: Kind, entry_id: str, fields: DraftFields) -> None:
    if st.session_state.get(_id_key(kind)) == entry_id:
        actions.attempt(kind, _record, settings, kind, entry_id, fields)


def _record(settings: Settings, kind: Kind, entry_id: str, fields: DraftFields) -> None:
    person = actions.authorize(settings, kind)
    kept = _without_sign(fields.keep_changed(*_FIELDS))
    typed = {name: kept.get(name) for name in _FIELDS}
    if not typed["sku"]:
        raise EntryRefused("Choose a product.", "sku_code")
    if typed["units"] is None:
        raise EntryRefused("Enter the number of units.", "quantity")
    if kind == "adjust" and not typed["way"]:
        raise EntryRefused("Choose whether the units were found or lost.", "quantity")
    request = EntryRequest(
        kind=kind,
        sku_code=typed["sku"],
        quantity=int(typed["units"]) * (_WAYS[f"{typed['way']}"] if kind == "adjust" else 1),
        entry_date=date.fromisoformat(typed["day"]) if typed["day"] else settings.today(),
        actor=person.name,
        lot_number=(typed["lot"] or "").strip() or None,
        reason=typed["reason"],
        note=typed["note"],
        entry_id=entry_id,
        count_answer=answer_of(entry_id),
        expires=date.fromisoformat(typed["expires"]) if typed["expires"] else None,
    )
    recorded = record_asked(settings, entry_id, request)
    end_draft(settings.operations, entry_id)
    st.session_state[_entered_key(kind)] = _confirmation(settings, recorded)
    st.session_state[_id_key(kind)] = uuid.uuid4().hex


def _cancel(settings: Settings, kind: Kind, entry_id: str) -> None:
    discard(settings, kind, entry_id)
    st.session_state[_id_key(kind)] = uuid.uuid4().hex


def _start_again(kind: Kind) -> None:
    """Begin another entry, and say that the one before ended elsewhere."""
    st.session_state[_id_key(kind)] = uuid.uuid4().hex
    raise EntryRefused(ENDED, "draft")


def _confirmation(settings: Settings, recorded: RecordedEntry) -> str:
    entry = recorded.entry
    lot = f", lot {entry.lot_number}" if entry.lot_number else ""
    lot += f", which expires on {settings.dates.day(recorded.expires)}" if recorded.expires else ""
    units = count(abs(entry.quantity), "unit")
    done = TYPE_WORDS[entry.entry_type]
    counted = " The stock stays as counted." if recorded.balanced else ""
    return f"{done}: {units} of {entry.sku_code}{lot}.{counted} The next sync adds it to the figures."


def _id_key(kind: str) -> str:
    return f"entry id of {kind}"


def _entered_key(kind: str) -> str:
    return f"entered by {kind}"
