"""`/metrics` in front of the page: open to a login session, to the bearer token, and on a page without a login."""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from streamlit_app.auth.login_sessions import COOKIE, SESSIONS
from streamlit_app.server import allowed_hosts
from workflows.page_api import METRICS_CONTENT_TYPE, Settings, ShipledgerError, read_metrics, read_users

PATH = "/metrics"
_UNAUTHORIZED, _BAD_METHOD, _BAD_HOST, _UNAVAILABLE = 401, 405, 400, 503
_HOW = "Log in with a password first, or send SHIPLEDGER_METRICS_TOKEN as bearer token."


class MetricsMiddleware:
    """ASGI middleware that answers `/metrics` and passes everything else on. It stands in front of the login."""

    def __init__(self, app: ASGIApp, settings: Settings, login: str | None) -> None:
        """Take the configuration, and the login's kind: `password`, `oidc` or None."""
        self._app = app
        self._settings = settings
        self._login = login

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request for the metrics, or pass it on."""
        if scope["type"] != "http" or scope["path"] != PATH:
            await self._app(scope, receive, send)
            return
        answer = await run_in_threadpool(self._answer, Request(scope))
        answer.headers["Cache-Control"] = "no-store"
        await answer(scope, receive, send)

    def _answer(self, request: Request) -> Response:
        if request.method not in ("GET", "HEAD"):
            return PlainTextResponse("Use GET.", _BAD_METHOD, {"Allow": "GET, HEAD"})
        if self._login is None and _host_of(request) not in allowed_hosts(self._settings.address):
            return PlainTextResponse("Ask by the name localhost.", _BAD_HOST)
        try:
            if self._login is not None and not self._has_token(request) and not self._has_session(request):
                return PlainTextResponse(_HOW, _UNAUTHORIZED, {"WWW-Authenticate": "Bearer"})
            return Response(read_metrics(self._settings), media_type=METRICS_CONTENT_TYPE)
        except ShipledgerError as problem:
            return PlainTextResponse(str(problem), _UNAVAILABLE)

    def _has_token(self, request: Request) -> bool:
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        expected = self._settings.metrics_token or ""
        is_equal = secrets.compare_digest(token.strip().encode(), expected.encode())
        return bool(expected) and kind.lower() == "bearer" and is_equal

    def _has_session(self, request: Request) -> bool:
        users = read_users(self._settings.users_file)
        return SESSIONS.unchanged_user(request.cookies.get(COOKIE), users) is not None


def _host_of(request: Request) -> str | None:
    """Return the host that was asked for. Starlette gives the server's own address for a malformed one."""
    try:
        return urlsplit(f"//{request.headers.get('host', '')}").hostname
    except ValueError:
        return None
