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

from streamlit_app.auth.login_sessions import COOKIE, SESSION_SECONDS, SESSIONS, LoginThrottle
from workflows.page_api import ConfigurationError, password_matches, read_users

log = logging.getLogger(__name__)

LOGIN, LOGOUT = "/login", "/logout"
_HEALTH = "/_stcore/health"
_FORM = Template((Path(__file__).resolve().parent / "login.html").read_text(encoding="utf-8"))
_LONGEST_FORM_BYTES = 4096
_BAD_REQUEST, _UNAUTHORIZED, _FORBIDDEN, _TOO_MANY, _UNAVAILABLE = 400, 401, 403, 429, 503


class LoginMiddleware:
    """ASGI middleware that serves the login form, and passes requests with a session on to the page."""

    def __init__(self, app: ASGIApp, users_file: Path) -> None:
        self._app = app
        self._users_file = users_file
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
            await RedirectResponse(LOGIN, status_code=303)(scope, receive, send)
        else:
            await PlainTextResponse("Log in first.", _UNAUTHORIZED)(scope, receive, send)

    async def _answer(self, connection: HTTPConnection, scope: Scope, receive: Receive) -> Response | None:
        """Return the answer for the login and logout paths; None for any other path."""
        if scope["type"] != "http" or scope["path"] not in (LOGIN, LOGOUT):
            return None
        if scope["path"] == LOGOUT:
            SESSIONS.end(connection.cookies.get(COOKIE))
            answer = RedirectResponse(LOGIN, status_code=303)
            answer.delete_cookie(COOKIE)
            return answer
        if scope["method"] != "POST":
            return _form()
        return await self._log_in(Request(scope, receive))

    async def _log_in(self, request: Request) -> Response:
        origin = request.headers.get("origin")
        if origin and urlsplit(origin).netloc != request.headers.get("host"):
            return PlainTextResponse("Logins from another site are refused.", _FORBIDDEN)
        fields = await _read_form(request)
        if fields is None:
            return PlainTextResponse("This is not a login request.", _BAD_REQUEST)
        name, password = fields
        caller = request.client.host if request.client else "unknown"
        # Not by name alone: wrong passwords from elsewhere would lock the user out.
        keys = (f"name {name.lower()} from {caller}", f"address {caller}")
        wait = self._throttle.seconds_to_wait(*keys)
        if wait:
            return _form(name, f"Too many wrong passwords. Try again in {wait} s.", _TOO_MANY)
        # Counted before the slow check, or many attempts at once would all pass.
        self._throttle.failed(*keys)
        try:
            user = read_users(self._users_file).get(name.lower())
        except ConfigurationError as problem:
            log.warning("Nobody can log in: %s", problem)
            return _form(name, "The users file cannot be read. Ask an admin to correct it.", _UNAVAILABLE)
        if not await run_in_threadpool(password_matches, password, user) or user is None:
            # The name is not logged: people sometimes type their password there.
            log.warning("A login from %s failed.", caller)
            return _form(name, "The name or the password is wrong.", _UNAUTHORIZED)
        self._throttle.succeeded(*keys)
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
