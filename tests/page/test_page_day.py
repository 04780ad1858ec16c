"""A whole day on the page, with a real worker on a sandbox: the button, its progress, what came of it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from homes import founded_home
from looking import cells, download, follow, panel
from page_process import free_port
from playwright.sync_api import Page, expect

from sandbox.business import BusinessPlan, generate_business
from sandbox.server import Sandbox
from sandbox.settings import SandboxSettings

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def business_day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a page that `serve` keeps, once the first sync has published."""
    port = free_port()
    book = generate_business(BusinessPlan(weeks=2, orders_per_day=8))
    with Sandbox(SandboxSettings(rate_limit=6000), book) as box:
        environment = {
            "SHIPLEDGER_HOME": str(founded_home(tmp_path_factory, tmp_path_factory.mktemp("day") / "home")),
            "SHIPLEDGER_USERS": str(tmp_path_factory.mktemp("none") / "users.toml"),
            "SHIPSTATION_BASE_URL": box.url,
            "SHIPSTATION_API_KEY": "sandbox",
            "SHIPSTATION_API_SECRET": "sandbox",
            "SHIPLEDGER_RATE_LIMIT": "6000",
        }
        process = subprocess.Popen(
            [sys.executable, str(PROJECT / "orchestrate.py"), "serve", "--port", str(port), "--json"],
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert process.stdout is not None
            yield json.loads(process.stdout.readline())["page"]
        finally:
            process.terminate()
            process.communicate()


def test_the_day_is_closed_by_one_button_and_again_as_a_new_version(tab: Page, business_day: str) -> None:
    tab.goto(business_day.replace("localhost", "127.0.0.1"))
    # The first sync makes the snapshot, and the page shows it by itself.
    expect(tab.get_by_role("heading", name="End of day")).to_be_visible(timeout=300_000)
    day = panel(tab, "End of day")
    day.get_by_role("button", name="Close the day").click()
    expect(day.get_by_role("progressbar")).to_be_visible()
    # What a run of the page replaces stands beside it for a moment.
    expect(day.get_by_text(re.compile("orders? shipped"))).to_have_count(1, timeout=300_000)
    expect(day.get_by_text(re.compile(": closed "))).to_have_count(1)

    day.get_by_role("button", name="Files").click()
    summary = tab.get_by_role("button", name="Summary (PDF)")
    # What a run of the page replaces stands beside it for a moment.
    expect(summary).to_have_count(1)
    assert download(tab, "Summary (PDF)").read_bytes().startswith(b"%PDF")

    tab.keyboard.press("Escape")
    day.get_by_role("button", name="Close again").click()
    tab.get_by_role("button", name="Make version 2").click()
    expect(day.get_by_text("version 2")).to_have_count(1, timeout=300_000)

    inventory = day.get_by_role("link", name="Inventory")
    expect(inventory).to_have_count(1)
    follow(inventory)
    expect(tab.get_by_role("heading", name="Products")).to_be_visible()
    follow(tab.get_by_role("link", name="Runs and health"))
    tab.get_by_text("Administration", exact=True).click()
    expect(cells(panel(tab, "Runs"))).to_contain_text(["✓ done", "End of day"])
