"""One real page process and one real browser for all tests; each test gets an empty home and a tab of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

import pytest
from browser import installed_browser
from page_process import ZONE, Served, serve
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect, sync_playwright
from published_folder import Business, PublishedFolder

_SCREEN: ViewportSize = {"width": 1366, "height": 768}
_OWN = ("http://127.0.0.1:", "data:", "blob:")


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serve(tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("elsewhere")) as page:
        yield page


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
    expect.set_options(timeout=60_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed_browser(), args=arguments)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def far_away(browser: Browser) -> BrowserContext:
    """A laptop far from the business's time zone, with few animations: each is drawn sixty times a second."""
    return browser.new_context(viewport=_SCREEN, timezone_id="Pacific/Auckland", reduced_motion="reduce")


@pytest.fixture(scope="session")
def window(far_away: BrowserContext) -> Page:
    """One tab for all tests: a new one would compile the page's scripts again."""
    return far_away.new_page()


@pytest.fixture
def tab(window: Page) -> Iterator[Page]:
    """A tab in which no dialog may open, no script may fail, and nothing may be asked of any other machine."""
    surprises: list[str] = []
    handlers: dict[Any, Callable[[Any], Any]] = {
        "request": lambda asked: None if asked.url.startswith(_OWN) else surprises.append(asked.url),
        "dialog": lambda dialog: (surprises.append(dialog.message), dialog.dismiss()),
        "pageerror": lambda error: surprises.append(str(error)),
    }
    for event, handler in handlers.items():
        window.on(event, handler)
    yield window
    window.set_viewport_size(_SCREEN)
    window.goto("about:blank")
    # A history ends at fifty entries, and tests count them.
    window.context.new_cdp_session(window).send("Page.resetNavigationHistory")
    for event, handler in handlers.items():
        window.remove_listener(event, handler)
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


@pytest.fixture
def published(folder: PublishedFolder, business: Business) -> None:
    """The small business is what the page shows."""
    folder.publish(business)
