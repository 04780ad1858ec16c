"""The page's real process, started for tests."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import requests

from streamlit_app.server import page_command
from workflows.config.dates import Dates

_START_SECONDS = 600
ZONE = ZoneInfo("America/Chicago")
DATES = Dates("en-US", ZONE)


@dataclass(frozen=True)
class Served:
    """The page's process.

    Attributes:
        url: Its address.
        home: What it reads.
        elsewhere: Its working and its user's directory, in which it has nothing to write.
    """

    url: str
    home: Path
    elsewhere: Path


def without_security_headers(page: Served) -> list[str]:
    """The paths whose answers lack a header that every answer of the page has."""
    answers = {path: requests.get(page.url + path) for path in ("/", "/inventory", "/_stcore/health", "/nothing")}
    return [
        path
        for path, answer in answers.items()
        if "frame-ancestors" not in answer.headers.get("Content-Security-Policy", "")
        or answer.headers.get("X-Content-Type-Options") != "nosniff"
        or answer.headers.get("Referrer-Policy") != "same-origin"
    ]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serve(home: Path, elsewhere: Path, port: int | None = None, **more: str) -> Iterator[Served]:
    """The page's real process on a port, any by default, with more environment variables than it always has."""
    port = port or free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("SHIP", "STREAMLIT"))}
    environment |= {
        "SHIPLEDGER_HOME": str(home),
        "SHIPLEDGER_TIMEZONE": ZONE.key,
        "SHIPLEDGER_USERS": str(elsewhere / "no-users.toml"),
        "SHIPSTATION_API_KEY": "",
        "SHIPSTATION_API_SECRET": "",
        "HOME": str(elsewhere),
        # The page never sends: it asks the worker to.
        "SHIPLEDGER_SMTP_URL": "smtp://127.0.0.1:9",
        "SHIPLEDGER_MAIL_FROM": "ledger@example.com",
        "SHIPLEDGER_MAIL_TO": "owner@example.com",
        **more,
    }
    process = subprocess.Popen(page_command(port), cwd=elsewhere, env=environment)
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_for(f"{url}/_stcore/health", process)
        yield Served(url, home, elsewhere)
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    pause = threading.Event()
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=30) as answer:
                if answer.status == 200:
                    return
        except OSError:
            pause.wait(0.05)
    raise AssertionError("The page did not start.")
