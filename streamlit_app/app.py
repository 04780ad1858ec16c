"""Entry of the page: `streamlit run streamlit_app/app.py`, see `server.page_command`."""

from __future__ import annotations

import sys
from pathlib import Path

import streamlit as st

_HERE = Path(__file__).resolve().parent
_ROOT = _HERE.parent
if str(_ROOT) not in sys.path:
    # Streamlit puts only this file's own folder on the path.
    sys.path.insert(0, str(_ROOT))

from streamlit_app.auth.identity import present_person, show_person, show_way_in  # noqa: E402
from streamlit_app.components import panels  # noqa: E402
from streamlit_app.components.links import know_pages  # noqa: E402
from streamlit_app.components.status_bar import Moment, look, show_strip  # noqa: E402
from streamlit_app.data.snapshot_reader import Snapshot, SnapshotGone, SnapshotUnreadable  # noqa: E402
from streamlit_app.navigation import VIEWS, View  # noqa: E402
from workflows.page_api import ConfigurationError, Person, Settings, read_settings  # noqa: E402


def main() -> None:
    """Draw the view the address names."""
    st.set_page_config(page_title="Shipledger", page_icon=str(_HERE / "icon.svg"), layout="wide")
    st.html(_HERE / "style.css")
    st.logo(str(_HERE / "logo.svg"), size="large")
    try:
        settings = read_settings()
        person = present_person(settings)
    except ConfigurationError as problem:
        st.subheader("The configuration is wrong", anchor=False)
        st.text(str(problem))
        return
    if person is None:
        show_way_in()
        return
    sections: dict[str, list[st.Page]] = {}
    pages = {view.path: _page(view, settings, person) for view in VIEWS}
    know_pages(pages)
    for view in VIEWS:
        sections.setdefault(view.section, []).append(pages[view.path])
    st.navigation(sections, position="top").run()


def _page(view: View, settings: Settings, person: Person) -> st.Page:
    def show() -> None:
        _show(view, settings, person)

    return st.Page(show, title=view.title, icon=view.icon, url_path=view.path, default=view is VIEWS[0])


def _show(view: View, settings: Settings, person: Person) -> None:
    moment = look(settings)
    with st.container(horizontal=True, vertical_alignment="center", key="head"):
        with st.container():
            show_strip(settings, moment)
        show_person(person)
    if moment.problem is not None:
        panels.unreadable(settings, moment.problem)
    elif moment.snapshot is None:
        panels.nothing_published(settings)
    else:
        _show_snapshot(view, settings, moment.snapshot, moment)


def _show_snapshot(view: View, settings: Settings, snapshot: Snapshot, moment: Moment) -> None:
    try:
        view.show(settings, snapshot, moment)
    except SnapshotUnreadable as problem:
        panels.unreadable(settings, str(problem))
    except SnapshotGone:
        # Deleted while it was read. The strip looks again anyway; with a newer version there is no need to wait.
        if look(settings).snapshot != snapshot:
            st.rerun()
        panels.unreadable(settings, f"{snapshot.path.name} was deleted.")


main()
