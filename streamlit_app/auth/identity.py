"""Who looks at the page, and what that person may do."""

from __future__ import annotations

import getpass
import time
from functools import cache

import streamlit as st

from streamlit_app.auth.login_middleware import LOGOUT
from streamlit_app.auth.login_sessions import COOKIE, SESSION_SECONDS, SESSIONS
from streamlit_app.data.formatted import plain
from workflows.page_api import Person, Role, Settings, login_kind, read_settings, read_users

_OWN_NAME = "own_name"
_LONGEST_NAME = 60


@cache
def login() -> str | None:
    """How one logs in to this process's page, see `access.login_kind`; what is edited later never opens it."""
    return login_kind(read_settings())


def present_person(settings: Settings) -> Person | None:
    """Who looks, with the role the users file gives now; None for who is not logged in, or not any more.

    Without a login, everyone who reaches the page is at this machine: its admin, by the name they gave, or their
    login.
    """
    kind = login()
    if kind is None:
        return Person(st.session_state.get(_OWN_NAME) or _login_name(), Role.ADMIN)
    name = _mail_address() if kind == "oidc" else SESSIONS.user(st.context.cookies.get(COOKIE))
    user = read_users(settings.users_file).get(name.lower()) if name else None
    return Person(user.name, user.role) if user else None


def show_person(person: Person) -> None:
    """A small menu: who one is, and the way out."""
    role = person.role.name.lower()
    with st.popover(plain(person.name), icon=":material/person:", width="content"):
        if login() is None:
            st.text_input(
                "Your name, recorded with what you do",
                value=person.name,
                max_chars=_LONGEST_NAME,
                key="own_name_typed",
                on_change=_take_name,
            )
            st.caption("No login is configured: whoever uses this machine is admin.")
            return
        st.text(f"{person.name}, {role}")
        if login() == "oidc":
            st.button("Log out", on_click=st.logout)
        else:
            st.html(f'<a href="{LOGOUT}" target="_self">Log out</a>')


def show_way_in() -> None:
    """What is shown to who is not logged in."""
    with st.container(border=True, width=480):
        if login() == "oidc" and not st.user.get("is_logged_in"):
            st.subheader("Shipledger", anchor=False)
            st.button("Log in", type="primary", on_click=st.login)
            return
        st.subheader("You are not logged in any more", anchor=False)
        if login() == "oidc":
            st.text(
                "Your session has ended, or your account has no role here. Ask an admin for one, or log in again."
            )
            st.button("Log out", on_click=st.logout)
        else:
            st.text("Your session has ended, or your name was taken from the list of users.")
            st.html(f'<a href="{LOGOUT}" target="_self">Log in again</a>')


def _mail_address() -> str | None:
    """The address that the identity provider vouches for, for as long as a session lasts."""
    known = st.user
    if not known.get("is_logged_in") or known.get("email_verified") is False:
        return None
    issued_at = known.get("iat")
    if not isinstance(issued_at, int | float) or issued_at + SESSION_SECONDS < time.time():
        return None
    return str(known.get("email") or "") or None


def _take_name() -> None:
    st.session_state[_OWN_NAME] = " ".join(st.session_state["own_name_typed"].split())


def _login_name() -> str:
    try:
        return getpass.getuser()
    except OSError:
        return "unknown"
