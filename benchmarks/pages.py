"""`python -m benchmarks.pages HOME [ORDERS]`: how soon each page shows something, on a snapshot grown to size.

The home needs one published snapshot, which is copied; 1,000,000 orders by default.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, BrowserContext, sync_playwright

from benchmarks.growth import grow
from benchmarks.measure import Row, print_table
from streamlit_app.navigation import VIEWS, View
from streamlit_app.server import page_command
from tests.support.browser import installed_browser

_LIMIT_SECONDS = 1.5
_VISITS = 5
_FIRST_PAINT = """new Promise(resolve => new PerformanceObserver(seen => resolve(seen.getEntries()[0].startTime))
    .observe({type: "paint", buffered: true}))"""


def main() -> None:
    """Visit each page as somebody who has never been there, and print the table."""
    home, orders = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        there = _grown(home, Path(folder), orders)
        with _page(Path(folder)) as (url, started), sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=installed_browser(), args=["--no-sandbox"])
            rows = [Row("the server, until it answers", started)]
            rows.append(Row("the very first visit", _visit(browser, url)[1], _LIMIT_SECONDS))
            rows += [_row(browser, url, view) for view in VIEWS]
            browser.close()
        print_table(f"Until a view shows its content, at {there:,} orders, nothing in the browser's cache", rows)


def _row(browser: Browser, url: str, view: View) -> Row:
    visits = [_visit(browser, f"{url}/{view.path}") for _ in range(_VISITS)]
    painted, shown, again = (median(times) for times in zip(*visits, strict=True))
    note = f"first paint after {painted:.2f} s; the next visit shows it after {again:.2f} s"
    return Row(view.title, shown, _LIMIT_SECONDS, None, note)


def _grown(home: Path, folder: Path, orders: int) -> int:
    """A home with one large snapshot. Gives its number of orders."""
    published = folder / "published"
    published.mkdir()
    snapshot = published / "shipledger-grown.duckdb"
    shutil.copyfile((home / "published" / "current.duckdb").resolve(), snapshot)
    there = grow(snapshot, orders)
    (published / "current.duckdb").symlink_to(snapshot.name)
    return there


@contextmanager
def _page(home: Path) -> Iterator[tuple[str, float]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    began = time.monotonic()
    process = subprocess.Popen(
        page_command(port), env=os.environ | {"SHIPLEDGER_HOME": str(home)}, stdout=subprocess.DEVNULL
    )
    url = f"http://127.0.0.1:{port}"
    try:
        while not _answers(url):
            time.sleep(0.02)
        yield url, time.monotonic() - began
    finally:
        process.terminate()
        process.wait(10)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/_stcore/health", timeout=60) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _visit(browser: Browser, url: str) -> tuple[float, float, float]:
    """Seconds to the first paint, as the browser reports it, and to the view's first heading; then once more.

    The first visit is in a browser that has nothing cached, the one after it in the same.
    """
    context = browser.new_context(viewport={"width": 1366, "height": 800})
    shown, painted = _shown(context, url)
    again, _ = _shown(context, url)
    context.close()
    return painted, shown, again


def _shown(context: BrowserContext, url: str) -> tuple[float, float]:
    tab = context.new_page()
    began = time.monotonic()
    tab.goto(url, wait_until="commit")
    tab.locator("[data-testid=stMain] h3").first.wait_for()
    seconds = time.monotonic() - began
    painted = tab.evaluate(_FIRST_PAINT)
    tab.close()
    return seconds, painted / 1000


if __name__ == "__main__":
    main()
