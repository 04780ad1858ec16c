"""Counts and entries in progress: fields that are kept as they are typed, and the list of what was begun."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import streamlit as st

from streamlit_app.auth.identity import current_person
from streamlit_app.components import actions
from streamlit_app.data.formatted import age
from workflows.page_api import Draft, DraftKind, Settings, begin_draft, change_draft, end_draft, read_draft


class DraftFields:
    """The fields of a form, which keep in a draft what is typed.

    Several people may type into one draft: a field that somebody else has changed shows it, unless it was changed
    here, too, and only fields that were changed here are written.
    """

    def __init__(
        self,
        settings: Settings,
        kind: DraftKind,
        draft_id: str,
        content: Mapping[str, Any],
        begin_with: Mapping[str, Any] | None = None,
    ) -> None:
        """Begin a form.

        Args:
            settings: The configuration.
            kind: What it will be.
            draft_id: The draft.
            content: What the draft has.
            begin_with: What the draft has from its first field on, if that begins it; None when it has been begun.
        """
        self._settings, self._kind, self._id, self._content = settings, kind, draft_id, content
        self._begin_with = begin_with
        # Of each field: what it began with, and how often it was replaced.
        self._seen: dict[str, tuple[Any, int]] = st.session_state.setdefault(f"seen of {draft_id}", {})
        if begin_with is None:
            st.session_state[_begun_key(draft_id)] = True

    def key(self, name: str) -> str:
        """Return the key of a field, which no other draft has."""
        _, replaced = self._seen.get(name, (None, 0))
        return f"{self._id}-{name}" + (f"-{replaced}" if replaced else "")

    def kept(self, name: str) -> dict[str, Any]:
        """Return the key and callback of a widget, whose first value is `begun`."""
        now = _plain(self._content.get(name))
        before, replaced = self._seen.get(name, (now, 0))
        if now != before and _plain(st.session_state.get(self.key(name), before)) == before:
            # A widget has its default only once, so the changed one is another widget.
            replaced += 1
        self._seen[name] = (now, replaced)
        return {"key": self.key(name), "on_change": actions.attempt, "args": (self._kind, self._keep_typed, name)}

    def begun(self, name: str, otherwise: Any = None) -> Any:
        """Return what the draft has in a field.

        It is the widget's default: a value in the session state is lost on its way if the run is interrupted.
        """
        return self._content.get(name, otherwise)

    def typed(self, name: str) -> Any:
        """Return what a field has now."""
        return st.session_state.get(self.key(name), self._content.get(name))

    def keep(self, **fields: Any) -> None:
        """Write fields into the draft.

        Raises:
            EntryRefused: The draft has been booked or cancelled meanwhile.
            NotAllowed: The role does not allow entries of its kind.
        """
        person = actions.authorize(self._settings, self._kind)
        plain = {name: _plain(value) for name, value in fields.items()}
        store = self._settings.operations
        # An interrupted run may have begun it, and lost what it put into the session.
        if self._begin_with is None or was_begun(self._id) or read_draft(store, self._id):
            change_draft(store, self._id, person.name, **plain)
            return
        begin_draft(store, self._id, self._kind, person.name, **{**self._begin_with, **plain})
        st.session_state[_begun_key(self._id)] = True

    def keep_changed(self, *names: str) -> Mapping[str, Any]:
        """Write those fields that were changed here, and return all that the draft has then.

        Raises:
            EntryRefused: The draft has been booked or cancelled meanwhile.
            NotAllowed: The role does not allow entries of its kind.
        """
        changed = [name for name in names if _plain(self.typed(name)) != _plain(self._content.get(name))]
        self.keep(**{name: self.typed(name) for name in changed})
        draft = read_draft(self._settings.operations, self._id)
        return draft.content if draft else {}

    def _keep_typed(self, name: str) -> None:
        self.keep(**{name: self.typed(name)})


def was_begun(draft_id: str) -> bool:
    """Return whether this session has seen a draft: if there is none any more, it has been booked or cancelled."""
    return _begun_key(draft_id) in st.session_state


def show_drafts(
    settings: Settings,
    drafts: Sequence[Draft],
    describe: Callable[[Draft], str],
    proceed: Callable[[Draft], None],
) -> None:
    """Show what was begun and neither booked nor cancelled, with buttons to go on and to discard it.

    Args:
        settings: The configuration.
        drafts: The drafts.
        describe: Returns a draft in words, as plain text.
        proceed: Shows a draft in its form.
    """
    if not drafts:
        return
    st.caption("In progress, not booked")
    now = datetime.now(UTC)
    for draft in drafts:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            when = settings.dates.clock(draft.changed_at, now)
            st.text(f"{describe(draft)}, {draft.actor}, {when}", width="content")
            st.button("Continue", key=f"continue-{draft.draft_id}", on_click=_proceed, args=(draft, proceed))
            end_button(settings, draft, "Discard", discard, settings, draft.kind, draft.draft_id)


def end_button(settings: Settings, draft: Draft, label: str, action: Callable[..., None], *arguments: Any) -> None:
    """Show a button that removes a draft. If somebody else changed it last, it says so and asks.

    Args:
        settings: The configuration.
        draft: The draft.
        label: The button's label.
        action: Removes the draft.
        arguments: Passed to the action.
    """
    person = current_person(settings)
    key, given = f"{label}-{draft.draft_id}", (draft.kind, action, *arguments)
    if person is not None and person.name == draft.actor:
        st.button(label, key=key, on_click=actions.attempt, args=given)
        return
    with st.popover(label, key=key):
        when = age(draft.changed_at, datetime.now(UTC))
        st.text(f"{draft.actor} changed this last, {when}. It is removed for everyone.")
        st.button("Remove it", key=f"confirmed-{key}", on_click=actions.attempt, args=given)


def discard(settings: Settings, kind: str, draft_id: str) -> None:
    """Remove a draft.

    Raises:
        NotAllowed: The role does not allow entries of its kind.
    """
    actions.authorize(settings, kind)
    end_draft(settings.operations, draft_id)


def _proceed(draft: Draft, proceed: Callable[[Draft], None]) -> None:
    st.session_state[_begun_key(draft.draft_id)] = True
    proceed(draft)


def _begun_key(draft_id: str) -> str:
    return f"begun {draft_id}"


def _plain(value: Any) -> Any:
    """Return a value as a draft has it: a day as text, an empty text as nothing."""
    if isinstance(value, date):
        return f"{value}"
    return None if value == "" else value
