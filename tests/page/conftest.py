"""One real page process and one real browser for all tests; each test gets an empty home and a tab of its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

import pytest
from browser import installed_browser
from page_process import ZONE, Served, serve
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from published_folder import Business, PublishedFolder

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
    screen = {"width": 1366, "height": 768}
    return browser.new_context(viewport=screen, timezone_id="Pacific/Auckland", reduced_motion="reduce")


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


@pytest.fixture
def published(folder: PublishedFolder, business: Business) -> None:
    """The small business is what the page shows."""
    folder.publish(business)
