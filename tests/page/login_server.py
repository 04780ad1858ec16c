"""The real login in front of a page of one word, on a real port, with a clock that tests turn."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest
import requests
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from streamlit_app import metrics
from streamlit_app.auth import login_middleware
from streamlit_app.auth.login_sessions import LoginThrottle, Sessions
from streamlit_app.auth.security_headers import SecurityHeaders
from workflows.config.roles import hash_password
from workflows.config.settings import Settings
from workflows.config.settings_reader import read_settings

PASSWORD = "correct horse battery"
TOKEN = "token-of-the-metrics"
NAMES = ("ada", "oleg")


@dataclass
class Login:
    """A page behind the login.

    Attributes:
        url: Its address.
        users: The users file.
        settings: The home with the audit log.
        now: Seconds on the clock of sessions and of the login throttle.
    """

    url: str
    users: Path
    settings: Settings
    now: list[float] = field(default_factory=lambda: [0.0])

    def try_password(
        self, name: str, password: str, address: str = "10.0.0.1", **headers: str
    ) -> requests.Response:
        """One attempt, from that address behind a proxy; where it leads to is not followed."""
        return requests.post(
            f"{self.url}/login",
            {"name": name, "password": password},
            headers={"X-Forwarded-For": address, **headers},
            allow_redirects=False,
        )


@contextmanager
def login_server(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Login]:
    """The login for as long as the block lasts."""
    users = folder / "users.toml"
    lines = [f'{name} = {{ role = "admin", password = "{hash_password(PASSWORD)}" }}' for name in NAMES]
    users.write_text("\n".join(["[users]", *lines]))
    listener = socket.create_server(("127.0.0.1", 0))
    variables = {"SHIPLEDGER_HOME": folder, "SHIPLEDGER_USERS": users, "SHIPLEDGER_METRICS_TOKEN": TOKEN}
    settings = read_settings({name: str(value) for name, value in variables.items()})
    login = Login(f"http://127.0.0.1:{listener.getsockname()[1]}", users, settings)
    monkeypatch.setattr(login_middleware, "LoginThrottle", partial(LoginThrottle, lambda: login.now[0]))
    sessions = Sessions(lambda: login.now[0])
    for module in (login_middleware, metrics):
        monkeypatch.setattr(module, "SESSIONS", sessions)
    page = Starlette(routes=[Route("/", _page), Route("/_stcore/health", _page)])
    guarded = login_middleware.LoginMiddleware(page, settings)
    app = SecurityHeaders(metrics.MetricsMiddleware(guarded, settings, "password"))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield login
    finally:
        server.should_exit = True
        thread.join()


async def _page(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("inside")
