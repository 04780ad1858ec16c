"""Password login in front of the page: without a session no request and no websocket passes."""

from __future__ import annotations

import logging
from html import escape
from pathlib import Path
from string import Template
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from streamlit_app.auth.login_sessions import COOKIE, SESSION_SECONDS, SESSIONS, LoginThrottle, throttled_network
from workflows.page_api import (
    LOGIN,
    LOGOUT,
    REFUSAL,
    ConfigurationError,
    Settings,
    password_matches,
    read_users,
    record_login_event,
)

log = logging.getLogger(__name__)

LOGIN_PATH, LOGOUT_PATH = "/login", "/logout"
_HEALTH = "/_stcore/health"
_FORM = Template((Path(__file__).resolve().parent / "login.html").read_text(encoding="utf-8"))
_LONGEST_FORM_BYTES = 4096
_BAD_REQUEST, _UNAUTHORIZED, _FORBIDDEN, _TOO_MANY, _UNAVAILABLE = 400, 401, 403, 429, 503


class LoginMiddleware:
    """ASGI middleware that serves the login form, and passes requests with a session on to the page."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings
        self._throttle = LoginThrottle()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or pass it on when it has a session."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        answer = await self._answer(connection, scope, receive)
        if answer is not None:
            await answer(scope, receive, send)
        elif scope["path"] == _HEALTH or SESSIONS.user(connection.cookies.get(COOKIE)):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 4401})
        elif "text/html" in connection.headers.get("accept", ""):
            await RedirectResponse(LOGIN_PATH, status_code=303)(scope, receive, send)
        else:
            await PlainTextResponse("Log in first.", _UNAUTHORIZED)(scope, receive, send)

    async def _answer(self, connection: HTTPConnection, scope: Scope, receive: Receive) -> Response | None:
        """Return the answer for the login and logout paths; None for any other path."""
        if scope["type"] != "http" or scope["path"] not in (LOGIN_PATH, LOGOUT_PATH):
            return None
        if scope["path"] == LOGOUT_PATH:
            return await self._log_out(connection)
        if scope["method"] != "POST":
            return _form()
        return await self._log_in(Request(scope, receive))

    async def _log_out(self, connection: HTTPConnection) -> Response:
        token = connection.cookies.get(COOKIE)
        user = SESSIONS.user(token)
        SESSIONS.end(token)
        if user is not None:
            await self._record(LOGOUT, user.name, _address(connection))
        answer = RedirectResponse(LOGIN_PATH, status_code=303)
        answer.delete_cookie(COOKIE)
        return answer

    async def _log_in(self, request: Request) -> Response:
        origin = request.headers.get("origin")
        if origin and urlsplit(origin).netloc != request.headers.get("host"):
            return PlainTextResponse("Logins from another site are refused.", _FORBIDDEN)
        fields = await _read_form(request)
        if fields is None:
            return PlainTextResponse("This is not a login request.", _BAD_REQUEST)
        name, password = fields
        caller = _address(request)
        keys = _throttle_keys(name, caller)
        wait = self._throttle.seconds_to_wait(*keys)
        if wait:
            return _form(name, f"Too many wrong passwords. Try again in {wait} s.", _TOO_MANY)
        # Counted before the slow check, or many attempts at once would all pass.
        self._throttle.failed(*keys)
        try:
            user = read_users(self._settings.users_file).get(name.lower())
        except ConfigurationError as problem:
            log.warning("Nobody can log in: %s", problem)
            return _form(name, "The users file cannot be read. Ask an admin to correct it.", _UNAVAILABLE)
        if not await run_in_threadpool(password_matches, password, user) or user is None:
            # A name of nobody is not recorded: people sometimes type their password there.
            log.warning("A login from %s failed.", caller)
            known, reason = (user.name, "wrong password") if user else (None, "unknown name")
            await self._record(REFUSAL, known, caller, reason)
            return _form(name, "The name or the password is wrong.", _UNAUTHORIZED)
        self._throttle.succeeded(*keys)
        await self._record(LOGIN, user.name, caller)
        answer = RedirectResponse("/", status_code=303)
        answer.set_cookie(
            COOKIE,
            SESSIONS.begin(user),
            max_age=SESSION_SECONDS,
            httponly=True,
            samesite="strict",
            secure="https" in (request.url.scheme, request.headers.get("x-forwarded-proto")),
        )
        return answer

    async def _record(self, event: str, user_name: str | None, address: str, reason: str | None = None) -> None:
        await run_in_threadpool(record_login_event, self._settings.operations, event, user_name, address, reason)


def _throttle_keys(name: str, caller: str) -> tuple[str, str]:
    network = throttled_network(caller)
    # Not by name alone: wrong passwords from elsewhere would lock the user out.
    return f"name {name.lower()} from {network}", f"address {network}"


def _address(connection: HTTPConnection) -> str:
    return connection.client.host if connection.client else "unknown"


async def _read_form(request: Request) -> tuple[str, str] | None:
    """Return name and password; None when the request has no such form, or one that is too long to be read."""
    length = request.headers.get("content-length", "")
    if not length.isdecimal() or int(length) >= _LONGEST_FORM_BYTES:
        return None
    try:
        async with request.form() as form:
            name, password = form.get("name"), form.get("password")
    except (HTTPException, MultiPartException, ValueError, LookupError):
        return None
    return (name.strip(), password) if isinstance(name, str) and isinstance(password, str) else None


def _form(name: str = "", problem: str = "", status: int = 200) -> Response:
    paragraph = f'<p class="problem" role="alert">{escape(problem)}</p>' if problem else ""
    page = HTMLResponse(_FORM.substitute(name=escape(name, quote=True), problem=paragraph), status)
    page.headers["Cache-Control"] = "no-store"
    page.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"
    )
    return page
