"""Counts and entries in progress: fields that are kept as they are typed, and the list of what was begun."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import streamlit as st

from streamlit_app.components import actions
from streamlit_app.data.formatted import clock
from workflows.page_api import Draft, DraftKind, Settings, change_draft, end_draft


class DraftFields:
    """The fields of a form, which keep in a draft what is typed."""

    def __init__(self, settings: Settings, kind: DraftKind, draft_id: str, content: Mapping[str, Any]) -> None:
        """Begin a form.

        Args:
            settings: The configuration.
            kind: What it will be.
            draft_id: The draft.
            content: What the draft has.
        """
        self._settings, self._kind, self._id, self._content = settings, kind, draft_id, content

    def key(self, name: str) -> str:
        """Return the key of a field, which no other draft has."""
        return f"{self._id}-{name}"

    def kept(self, name: str) -> dict[str, Any]:
        """Return the key and callback of a widget, whose first value is `begun`."""
        return {"key": self.key(name), "on_change": actions.attempt, "args": (self._kind, self.keep, name)}

    def begun(self, name: str, otherwise: Any = None) -> Any:
        """Return what the draft has in a field.

        It is the widget's default: a value in the session state is lost on its way if the run is interrupted.
        """
        return self._content.get(name, otherwise)

    def typed(self, name: str) -> Any:
        """Return what a field has now."""
        return st.session_state.get(self.key(name), self._content.get(name))

    def keep(self, *names: str, **fields: Any) -> None:
        """Write fields into the draft: what the named ones have now, and others as given."""
        person = actions.authorize(self._settings, self._kind)
        typed = {name: None if self.typed(name) == "" else self.typed(name) for name in names}
        plain = {
            name: f"{value}" if isinstance(value, date) else value for name, value in (typed | fields).items()
        }
        change_draft(self._settings.operations, self._id, self._kind, person.name, **plain)


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
            when = clock(draft.changed_at, settings.timezone, now)
            st.text(f"{describe(draft)}, {draft.actor}, {when}", width="content")
            st.button("Continue", key=f"continue-{draft.draft_id}", on_click=proceed, args=(draft,))
            st.button(
                "Discard",
                key=f"discard-{draft.draft_id}",
                on_click=actions.attempt,
                args=(draft.kind, discard, settings, draft.kind, draft.draft_id),
            )


def discard(settings: Settings, kind: str, draft_id: str) -> None:
    """Remove a draft.

    Raises:
        NotAllowed: The role does not allow entries of its kind.
    """
    actions.authorize(settings, kind)
    end_draft(settings.operations, draft_id)
