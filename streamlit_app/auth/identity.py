"""The current person: login, role, and the account menu."""

from __future__ import annotations

import getpass
import time
from functools import cache

import streamlit as st

from streamlit_app.auth.login_middleware import LOGOUT_PATH
from streamlit_app.auth.login_recording import record_login
from streamlit_app.auth.login_sessions import COOKIE, SESSION_SECONDS, SESSIONS
from streamlit_app.data.formatted import plain
from workflows.page_api import (
    LOGIN,
    LOGOUT,
    LOOPBACK,
    REFUSAL,
    Person,
    Role,
    Settings,
    User,
    login_kind,
    read_settings,
    read_users,
)

_OWN_NAME = "own_name"
_LONGEST_NAME = 60
# The logins at the identity provider that are in the audit log: the page asks for the person on every run.
_recorded: set[tuple[object, ...]] = set()


@cache
def login_method() -> str | None:
    """Return `password`, `oidc` or None, as configured at start. A later edit cannot open the page."""
    return login_kind(read_settings())


def current_person(settings: Settings) -> Person | None:
    """Return the current person with their present role in the users file, or None when not logged in.

    Without a login, the page is reachable from this machine only, and everyone is admin under the name they gave.
    """
    kind = login_method()
    if kind is None:
        return Person(st.session_state.get(_OWN_NAME) or _login_name(), Role.ADMIN)
    users = read_users(settings.users_file)
    if kind == "oidc":
        address = _mail_address()
        user = users.get((address or "").lower())
        _record_once(settings, address, user)
    else:
        user = SESSIONS.unchanged_user(st.context.cookies.get(COOKIE), users)
    return Person(user.name, user.role) if user else None


def show_account_menu(settings: Settings, person: Person) -> None:
    """Show a menu with the person's name and a way to log out."""
    role = person.role.name.lower()
    with st.popover(plain(person.name), icon=":material/person:", width="content"):
        if login_method() is None:
            st.text_input(
                "Your name, recorded with your actions",
                value=person.name,
                max_chars=_LONGEST_NAME,
                key="own_name_typed",
                on_change=_take_name,
            )
            st.caption("No login is configured: everyone on this machine is admin.")
            return
        st.text(f"{person.name}, {role}")
        if login_method() == "oidc":
            st.button("Log out", on_click=_log_out, args=(settings, person))
        else:
            st.html(f'<a href="{LOGOUT_PATH}" target="_self">Log out</a>')


def show_login() -> None:
    """Show a login button, or say that the session has ended."""
    with st.container(border=True, width=480):
        if login_method() == "oidc" and not st.user.get("is_logged_in"):
            st.subheader("Shipledger", anchor=False)
            st.button("Log in", type="primary", on_click=st.login)
            return
        st.subheader("You are logged out", anchor=False)
        if login_method() == "oidc":
            st.text("Your session has ended, or your account has no role here. Log in again or ask an admin.")
            st.button("Log out", on_click=st.logout)
        else:
            st.text("Your session has ended, or your user was removed.")
            st.html(f'<a href="{LOGOUT_PATH}" target="_self">Log in again</a>')


def _mail_address() -> str | None:
    """Return the verified e-mail address from the identity provider; None once the session is too old."""
    known = st.user
    if not known.get("is_logged_in") or known.get("email_verified") is False:
        return None
    issued_at = known.get("iat")
    if not isinstance(issued_at, int | float) or issued_at + SESSION_SECONDS < time.time():
        return None
    return str(known.get("email") or "") or None


def _record_once(settings: Settings, address: str | None, user: User | None) -> None:
    """Record a login at the identity provider, or its refusal here."""
    known = st.user
    event = (known.get("sub"), known.get("email"), known.get("iat"), user)
    if not known.get("is_logged_in") or event in _recorded:
        return
    _recorded.add(event)
    if user is not None:
        record_login(settings, LOGIN, user.name, _ip_address())
    else:
        reason = "no role here" if address else "address not verified, or session over"
        record_login(settings, REFUSAL, address, _ip_address(), reason)


def _log_out(settings: Settings, person: Person) -> None:
    record_login(settings, LOGOUT, person.name, _ip_address())
    st.logout()


def _ip_address() -> str:
    return st.context.ip_address or LOOPBACK


def _take_name() -> None:
    st.session_state[_OWN_NAME] = " ".join(st.session_state["own_name_typed"].split())


def _login_name() -> str:
    try:
        return getpass.getuser()
    except OSError:
        return "unknown"
