"""One real page process and one real browser for all tests; each test gets an empty home and a tab of its own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from published_folder import Business, PublishedFolder

from streamlit_app.server import page_command

_START_SECONDS = 600
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_OWN = ("http://127.0.0.1:", "data:", "blob:")
ZONE = ZoneInfo("America/Chicago")


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


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serve(tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("elsewhere")) as page:
        yield page


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


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    found = next(filter(None, map(shutil.which, _BROWSERS)), None)
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
    expect.set_options(timeout=60_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=arguments)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def far_away(browser: Browser) -> BrowserContext:
    """A laptop far from the business's time zone."""
    return browser.new_context(viewport={"width": 1366, "height": 768}, timezone_id="Pacific/Auckland")


@pytest.fixture
def tab(far_away: BrowserContext) -> Iterator[Page]:
    """A tab in which no dialog may open, no script may fail, and nothing may be asked of any other machine."""
    page = far_away.new_page()
    surprises: list[str] = []
    page.on("request", lambda asked: None if asked.url.startswith(_OWN) else surprises.append(asked.url))
    page.on("dialog", lambda dialog: (surprises.append(dialog.message), dialog.dismiss()))
    page.on("pageerror", lambda error: surprises.append(str(error)))
    yield page
    page.close()
    assert surprises == []


@pytest.fixture
def folder(served: Served) -> PublishedFolder:
    folder = PublishedFolder(served.home)
    folder.clear()
    return folder


@pytest.fixture
def today() -> date:
    return datetime.now(ZONE).date()


@pytest.fixture
def business(today: date) -> Business:
    return Business.small(today)
