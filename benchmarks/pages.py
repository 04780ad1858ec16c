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

from playwright.sync_api import Browser, sync_playwright

from benchmarks.growth import grow
from benchmarks.measure import Row, print_table
from streamlit_app.navigation import VIEWS
from streamlit_app.server import page_command

_LIMIT_SECONDS = 1.5
_VISITS = 5


def main() -> None:
    """Visit each page as somebody who has never been there, and print the table."""
    home, orders = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        there = _grown(home, Path(folder), orders)
        with _page(Path(folder)) as (url, started), sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            rows = [Row("the server, until it answers", started)]
            rows.append(Row("the very first visit", _visit(browser, url), _LIMIT_SECONDS))
            for view in VIEWS:
                times = sorted(_visit(browser, f"{url}/{view.path}") for _ in range(_VISITS))
                rows.append(Row(view.title, median(times), _LIMIT_SECONDS, None, f"slowest {times[-1]:.1f} s"))
            browser.close()
        print_table(f"First paint at {there:,} orders, nothing in the browser's cache", rows)


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


def _visit(browser: Browser, url: str) -> float:
    """Seconds from the address to the view's first heading, in a browser that has nothing cached."""
    context = browser.new_context(viewport={"width": 1366, "height": 800})
    tab = context.new_page()
    began = time.monotonic()
    tab.goto(url, wait_until="commit")
    tab.locator("[data-testid=stMain] h3").first.wait_for()
    seconds = time.monotonic() - began
    context.close()
    return seconds


if __name__ == "__main__":
    main()
