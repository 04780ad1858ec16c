"""Pictures of the page's views."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path

import duckdb
from browser import installed_browser
from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from streamlit_app.navigation import VIEWS

WIDTHS = {"laptop": (1280, 800), "tablet": (820, 1180), "phone": (390, 844)}
SCHEMES = ("light", "dark")
# A long list is cut off below.
_LONGEST = 2400
_LOOKS = 60
# What is drawn before the rest arrives, or fades while it is refreshed.
_BUSY = '[data-testid="stSkeleton"], [data-stale="true"]'

# What a view shows is in its address: one that asks for something is shown with an answer, too.
_ANSWERS = {
    "runs": "select 'runs?administration=open'",
    "exceptions": """
        select 'exceptions?kind=unknown_sku&exception=' || min(exception_id) from marts.exceptions
        where exception_type = 'unknown_sku'
    """,
    "entries": "select 'inventory?tab=entries'",
    "order": """
        select 'orders?id=' || min(shipstation_order_id) from marts.shipped_items
        where ship_date = (select max(ship_date) from marts.shipped_items)
    """,
    "lot-recall": """
        select 'lot-recall?number=' || lot_number from marts.shipped_items
        where lot_number is not null group by lot_number order by count(*) desc, lot_number limit 1
    """,
}


def file_names() -> list[str]:
    """Return the names of all pictures."""
    return [_file_name(*of) for of in product(_names(), WIDTHS, SCHEMES)]


def take_pictures(url: str, home: Path, folder: Path, words: Sequence[str]) -> Iterator[Path]:
    """Take the pictures of the views whose name contains a word, all without words, and yield their files."""
    paths = {view.path or "today": view.path for view in VIEWS} | _asked(home)
    chosen = [name for name in _names() if not words or any(word in name for word in words)]
    expect.set_options(timeout=60_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=installed_browser(), args=["--no-sandbox", "--disable-gpu"]
        )
        for scheme in SCHEMES:
            page = _page(browser, scheme)
            for name in chosen:
                page.goto(f"{url}/{paths[name]}")
                expect(page.get_by_role("heading", level=2).first).to_be_visible()
                expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
                for width, size in WIDTHS.items():
                    file = folder / _file_name(name, width, scheme)
                    Image.open(io.BytesIO(_picture(page, *size))).convert("RGB").save(
                        file, lossless=True, method=6
                    )
                    yield file
            page.context.close()
        browser.close()


def _names() -> list[str]:
    """Return the name of each view that has pictures."""
    return list(dict.fromkeys([*(view.path or "today" for view in VIEWS), *_ANSWERS]))


def _file_name(view: str, width: str, scheme: str) -> str:
    return f"{view}-{width}-{scheme}.webp"


def _asked(home: Path) -> dict[str, str]:
    """Return the addresses with an answer."""
    with duckdb.connect(str((home / "published/current.duckdb").resolve()), read_only=True) as connection:
        return {name: connection.execute(query).fetchall()[0][0] for name, query in _ANSWERS.items()}


def _page(browser: Browser, scheme: str) -> Page:
    context = browser.new_context(
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
        locale="en-US",
        timezone_id="America/Chicago",
    )
    return context.new_page()


def _picture(page: Page, across: int, down: int) -> bytes:
    """Return a picture of the whole view in a window of this size, once it is drawn and stands still."""
    page.set_viewport_size({"width": across, "height": down})
    before = b""
    for _ in range(_LOOKS):
        expect(page.locator(_BUSY)).to_have_count(0)
        needed = page.get_by_test_id("stMain").evaluate("one => one.scrollHeight")
        page.set_viewport_size({"width": across, "height": min(max(needed, down), _LONGEST)})
        now = page.screenshot(animations="disabled", caret="hide")
        if now == before and not page.locator(_BUSY).count():
            return now
        before = now
    raise RuntimeError(f"{page.url} does not stand still.")
