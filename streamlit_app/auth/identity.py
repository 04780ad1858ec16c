"""The current person: login, role, and the account menu."""

from __future__ import annotations

import getpass
import hashlib
import time
from functools import cache

import streamlit as st

from streamlit_app.auth.login_middleware import LOGOUT_PATH
from streamlit_app.auth.login_sessions import COOKIE, SESSION_SECONDS, SESSIONS
from streamlit_app.data.formatted import plain
from workflows.page_api import (
    LOGIN,
    LOGOUT,
    REFUSAL,
    Person,
    Role,
    Settings,
    User,
    login_kind,
    read_settings,
    read_users,
    record_login_event,
)

_OWN_NAME = "own_name"
_LONGEST_NAME = 60
# What of this tab's login is in the audit log: the page asks for the person on every run.
_RECORDED = "recorded_login"


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
        return Person(st.session_state.get(_OWN_NAME) or _login_name(), _role(settings, Role.ADMIN))
    users = read_users(settings.users_file)
    if kind == "oidc":
        address = _mail_address()
        user = users.get((address or "").lower())
        _record_once(settings, address, user)
    else:
        user = SESSIONS.unchanged_user(st.context.cookies.get(COOKIE), users)
    return Person(user.name, _role(settings, user.role), user.houses) if user else None


def _role(settings: Settings, role: Role) -> Role:
    """Return what somebody may do here: a page that reads from the lake has no worker, and only shows."""
    return Role.VIEWER if settings.reads_lake else role


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
            st.button("Log out", on_click=_log_out, args=(settings, person, _session_key()))
        else:
            st.html(f'<a href="{LOGOUT_PATH}" target="_self">Log out</a>')


def show_login() -> None:
    """Show a login button, or say that the session has ended."""
    with st.container(border=True, width=480):
        if login_method() == "oidc" and not st.user.get("is_logged_in"):
            st.title("Shipledger", anchor=False)
            st.button("Log in", type="primary", on_click=st.login)
            return
        st.title("You are logged out", anchor=False)
        if login_method() == "oidc":
            st.text("Your session has ended, or your account has no role here. Log in again or ask an admin.")
            st.button("Log out", on_click=st.logout)
        else:
            st.text("Your session has ended, or your user was removed.")
            st.html(f'<a href="{LOGOUT_PATH}" target="_self">Log in again</a>')


def _mail_address() -> str | None:
    """Return the verified e-mail address from the identity provider; None once the session is too old."""
    known = st.user
    if not _is_in_session() or known.get("email_verified") is False:
        return None
    return str(known.get("email") or "") or None


def _is_in_session() -> bool:
    """Return whether the login at the identity provider is young enough."""
    issued_at = st.user.get("iat")
    is_dated = isinstance(issued_at, int | float) and issued_at + SESSION_SECONDS >= time.time()
    return bool(st.user.get("is_logged_in")) and is_dated


def _record_once(settings: Settings, address: str | None, user: User | None) -> None:
    """Record a login at the identity provider, or its refusal here, once. A session that ran out is neither."""
    if not _is_in_session():
        return
    event, key = LOGIN if user else REFUSAL, _session_key()
    if st.session_state.get(_RECORDED) == (event, key):
        return
    st.session_state[_RECORDED] = (event, key)
    reason = None if user else "no role here" if address else "no verified address"
    record_login_event(settings.operations, event, user.name if user else address, _ip_address(), reason, key)


def _session_key() -> str:
    """Return what names one login, in any tab and after any restart: the subject and its time of issue."""
    identity = repr([st.user.get("iss"), st.user.get("sub"), st.user.get("iat")])
    return hashlib.sha256(identity.encode()).hexdigest()


def _log_out(settings: Settings, person: Person, session_key: str) -> None:
    # One click was seen to run this twice on a busy machine, then without a login: the key makes it one event.
    record_login_event(settings.operations, LOGOUT, person.name, _ip_address(), session_key=session_key)
    st.logout()


def _ip_address() -> str:
    # Streamlit gives none for this machine either, and a proxy on this machine may stand for anybody.
    return st.context.ip_address or "unknown"


def _take_name() -> None:
    st.session_state[_OWN_NAME] = " ".join(st.session_state["own_name_typed"].split())


def _login_name() -> str:
    try:
        return getpass.getuser()
    except OSError:
        return "unknown"
