"""The script that Streamlit runs for each visitor; `launch` starts its server."""

from __future__ import annotations

import sys
from pathlib import Path

import streamlit as st

_HERE = Path(__file__).resolve().parent
_ROOT = _HERE.parent
if str(_ROOT) not in sys.path:
    # Streamlit puts only this file's own folder on the path.
    sys.path.insert(0, str(_ROOT))

from streamlit_app.auth.identity import current_person, show_account_menu, show_login  # noqa: E402
from streamlit_app.components import panels  # noqa: E402
from streamlit_app.components.alerts import numbers_in_menu  # noqa: E402
from streamlit_app.components.houses import settings_of_house, show_house_choice  # noqa: E402
from streamlit_app.components.links import close_menu, register_pages  # noqa: E402
from streamlit_app.components.status_bar import read_state, show_status_bar  # noqa: E402
from streamlit_app.data.snapshot_reader import Snapshot, SnapshotGone, SnapshotUnreadable  # noqa: E402
from streamlit_app.navigation import VIEWS, View  # noqa: E402
from workflows.page_api import (  # noqa: E402
    ConfigurationError,
    Person,
    Settings,
    ShipledgerError,
    finish_interrupted_restore,
    on_page,
    read_settings,
)


def main() -> None:
    """Show the view of the requested URL."""
    st.set_page_config(page_title="Shipledger", page_icon=str(_HERE / "icon.svg"), layout="wide")
    st.html(_HERE / "style.css")
    st.logo(str(_HERE / "logo.svg"), size="large")
    settings = None
    try:
        settings = read_settings()
        finish_interrupted_restore(settings.home)
        person = current_person(settings)
    except ConfigurationError as problem:
        panels.page_title("The configuration is wrong")
        st.text(str(problem))
        return
    except ShipledgerError as problem:
        _show_problem(settings, problem)
        return
    if person is None:
        show_login()
        return
    sections: dict[str, list[st.Page]] = {}
    numbers = numbers_in_menu(settings_of_house(settings, person))
    views = [view for view in VIEWS if not (view.only_enters and settings.reads_lake)]
    pages = {view.path: _page(view, settings, person, numbers.get(view.path, 0)) for view in views}
    register_pages(pages)
    for view in views:
        sections.setdefault(view.section, []).append(pages[view.path])
    page = st.navigation(sections, position="top")
    page.run()


def _page(view: View, settings: Settings, person: Person, number: int) -> st.Page:
    def show() -> None:
        # Without the menu's number; a view may set another one.
        st.set_page_config(page_title=f"{view.title} · Shipledger")
        _show(view, settings, person)

    title = f"{view.title} ({number:,})" if number else view.title
    return st.Page(show, title=title, icon=view.icon, url_path=view.path, default=view is VIEWS[0])


def _show(view: View, settings: Settings, person: Person) -> None:
    try:
        _show_state(view, settings, person)
    except ShipledgerError as problem:
        _show_problem(settings, problem)


def _show_problem(settings: Settings | None, problem: ShipledgerError) -> None:
    panels.page_title("The data cannot be shown now")
    text = on_page(problem)
    st.text(settings.dates.in_sentence(text) if settings else text)


def _show_state(view: View, settings: Settings, person: Person) -> None:
    here = settings_of_house(settings, person)
    state = read_state(here)
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(gap=None):
            close_menu(view.path)
            show_status_bar(here, state)
        show_house_choice(settings, person)
        show_account_menu(settings, person)
    if state.problem is not None:
        panels.show_unreadable_snapshot(here, state.problem)
    elif state.snapshot is None:
        panels.show_nothing_published()
    else:
        _show_snapshot(view, here, state.snapshot)


def _show_snapshot(view: View, settings: Settings, snapshot: Snapshot) -> None:
    try:
        view.show(settings, snapshot)
    except SnapshotUnreadable as problem:
        panels.show_unreadable_snapshot(settings, str(problem))
    except SnapshotGone:
        # Deleted while it was read. The status bar would find the newer version, but later.
        if read_state(settings).snapshot != snapshot:
            st.rerun()
        panels.show_unreadable_snapshot(settings, f"{snapshot.path.name} was deleted.")


main()
