"""Uploading a carrier's bill, and what became of the last one."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from streamlit_app.auth.identity import current_person
from streamlit_app.components import actions
from streamlit_app.components.buttons import NOT_ALLOWED, show_progress, show_refusal
from streamlit_app.data.formatted import count, dollars, plain
from streamlit_app.data.run_list import Run, runs_of
from workflows.page_api import Settings, store_upload

_KIND = "import-carrier-bill"
_REFRESH_SECONDS = 2
_FIELD = "carrier_bill"
# The area to drop a file on is for a mouse. Streamlit makes it a stop of the keyboard and labels it, with a role
# that hides both; the button in it is for the keyboard.
_AREA_AS_GROUP = """
<script>
    (function group(left) {
        const area = document.querySelector('[data-testid="stFileUploaderDropzone"]');
        if (area) {
            area.setAttribute("role", "group");
            area.removeAttribute("tabindex");
        } else if (left) requestAnimationFrame(() => group(left - 1));
    })(600);
</script>
"""


def show_upload(settings: Settings) -> None:
    """Show a field for a file and the button that imports it, for who may, and the last import."""
    person = current_person(settings)
    may = person is not None and person.may(_KIND)
    given = st.file_uploader(
        "A carrier's bill as CSV: UPS or FedEx billing file, Stamps.com transactions, ShipStation adjustments",
        type=["csv", "txt", "tsv"],
        disabled=not may,
        key=_FIELD,
        help=None if may else NOT_ALLOWED,
    )
    # A fragment that refreshes: a file that is refused publishes no snapshot.
    st.fragment(_show_import, run_every=_REFRESH_SECONDS)(settings, given is not None, may)
    st.html(_AREA_AS_GROUP, unsafe_allow_javascript=True)


def _show_import(settings: Settings, has_file: bool, may: bool) -> None:
    last = next(iter(runs_of(settings, (_KIND,), 1)), None)
    st.button(
        "Import",
        key=f"start-{_KIND}",
        disabled=not (may and has_file) or (last is not None and last.is_open),
        help=None if may else NOT_ALLOWED,
        on_click=actions.attempt,
        args=(_KIND, _start, settings),
    )
    show_refusal(settings, _KIND)
    if last is not None and last.is_open:
        show_progress(settings, last)
    elif last is not None:
        when = f"{settings.dates.clock(last.finished_at, datetime.now(UTC))}, " if last.finished_at else ""
        show = st.caption if last.status == "success" else st.warning
        show(plain(f"Last import: {when}by {last.actor or 'unknown'}. {_outcome(last)}"))


def _start(settings: Settings) -> None:
    """Store the chosen file in the home, and enqueue its import."""
    actions.authorize(settings, _KIND)
    given = st.session_state[_FIELD]
    path = store_upload(settings, given.getvalue())
    try:
        actions.start(settings, _KIND, path=str(path), name=given.name, carrier=None, mapping=None)
    except Exception:
        path.unlink(missing_ok=True)
        raise


def _outcome(run: Run) -> str:
    if run.status != "success":
        return f"It {'was cancelled' if run.status == 'cancelled' else 'failed'}. {run.error or ''}"
    facts = run.facts
    if facts["loaded_before_as"]:
        return f"{facts['file']} was loaded before, as {facts['loaded_before_as']}; nothing was added."
    return f"{facts['file']}: {count(facts['lines'], 'charge')}, {dollars(facts['amount_cents'])} in all."
