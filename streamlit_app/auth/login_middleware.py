"""Password login in front of the page: without a session no request and no websocket passes."""

from __future__ import annotations

import logging
from html import escape
from pathlib import Path
from string import Template
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from streamlit_app.auth.login_sessions import COOKIE, SESSION_SECONDS, SESSIONS, LoginThrottle
from workflows.page_api import ConfigurationError, password_matches, read_users

log = logging.getLogger(__name__)

LOGIN, LOGOUT = "/login", "/logout"
_HEALTH = "/_stcore/health"
_FORM = Template((Path(__file__).resolve().parent / "login.html").read_text(encoding="utf-8"))
_LONGEST_FORM_BYTES = 4096
_UNAUTHORIZED, _TOO_MANY, _FORBIDDEN, _UNAVAILABLE = 401, 429, 403, 503


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
            await self._app(scope, receive, _without_framing(send))
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
        if int(request.headers.get("content-length") or _LONGEST_FORM_BYTES) >= _LONGEST_FORM_BYTES:
            return PlainTextResponse("This is not a login request.", _FORBIDDEN)
        form = await request.form()
        name, password = str(form.get("name", "")).strip(), str(form.get("password", ""))
        caller = request.client.host if request.client else "unknown"
        keys = (f"name {name.lower()}", f"address {caller}")
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
            SESSIONS.begin(user.name),
            max_age=SESSION_SECONDS,
            httponly=True,
            samesite="strict",
            secure="https" in (request.url.scheme, request.headers.get("x-forwarded-proto")),
        )
        return answer


def _form(name: str = "", problem: str = "", status: int = 200) -> Response:
    paragraph = f'<p class="problem" role="alert">{escape(problem)}</p>' if problem else ""
    page = HTMLResponse(_FORM.substitute(name=escape(name, quote=True), problem=paragraph), status)
    page.headers["Cache-Control"] = "no-store"
    page.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"
    )
    return page


def _without_framing(send: Send) -> Send:
    """Return `send` with a header that forbids other sites to show the page in a frame."""

    async def send_with_header(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message)["X-Frame-Options"] = "SAMEORIGIN"
        await send(message)

    return send_with_header
