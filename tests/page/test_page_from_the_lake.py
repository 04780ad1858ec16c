"""A page on a machine that has no home: it shows what houses publish to the lake, to those who may see them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from lakes import TestLake, lakes, new_lake, write_snapshot
from looking import choose, expect_orders
from page_process import free_port
from playwright.sync_api import Browser, Page, expect
from published_folder import Business, PublishedFolder

from streamlit_app.data.freshness import lake_badge
from workflows.config.places import PROJECT
from workflows.config.roles import hash_password
from workflows.lake.client import publish_to_lake
from workflows.lake.lake_note import LakeNote

PASSWORD = "correct horse battery"


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[TestLake]:
    with lakes() as server:
        yield new_lake(server, tmp_path)


def publish(lake: TestLake, folder: Path, house: str, business: Business) -> None:
    home = lake.home(folder / house, house)
    PublishedFolder(home.home).publish(business)
    write_snapshot(home, 1)
    publish_to_lake(home)


@contextmanager
def served_from(lake: TestLake, folder: Path, users: Path) -> Iterator[str]:
    """`serve` on a machine that only reads, as its user starts it."""
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("SHIP", "STREAMLIT"))}
    environment |= lake.variables("dallas") | {
        "SHIPLEDGER_HOME": str(folder / "reader"),
        "SHIPLEDGER_USERS": str(users),
        "SHIPLEDGER_READ_FROM": "lake",
        "SHIPLEDGER_LAKE_DATA": "",
    }
    command = [sys.executable, str(PROJECT / "orchestrate.py"), "serve", "--port", str(port), "--json"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.read(1) == "{", "it says so once the page can be opened"
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def log_in(tab: Page, url: str, name: str) -> None:
    tab.goto(url)
    tab.get_by_label("Name").fill(name)
    tab.get_by_label("Password").fill(PASSWORD)
    tab.get_by_role("button", name="Log in").click()


@pytest.mark.long
def test_a_page_on_another_machine_shows_the_houses_that_a_person_may_see_and_starts_nothing(
    lake: TestLake, tmp_path: Path, browser: Browser, today: date
) -> None:
    publish(lake, tmp_path, "dallas", Business.small(today))
    other = Business.small(today)
    other.orders.append((5, "100002", "awaiting_shipment", today, None))
    publish(lake, tmp_path, "austin", other)
    users = tmp_path / "users.toml"
    secret = hash_password(PASSWORD)
    users.write_text(
        f'[users]\nada = {{ role = "admin", password = "{secret}" }}\n'
        f'vera = {{ role = "viewer", password = "{secret}", houses = ["austin", "dallas"] }}\n'
    )
    with served_from(lake, tmp_path, users) as url:
        vera = browser.new_context().new_page()
        log_in(vera, url, "vera")
        expect(vera.get_by_text("From the lake, read")).to_be_visible()
        vera.goto(f"{url}/orders")
        expect_orders(vera, "5 orders")
        choose(vera.get_by_test_id("stMain"), "House", "dallas")
        expect_orders(vera, "4 orders")
        vera.context.close()
        ada = browser.new_context().new_page()
        log_in(ada, url, "ada")
        # Also an admin of this machine only looks: there is nothing to start, and nothing to count for.
        expect(ada.get_by_text("From the lake, read")).to_be_visible()
        expect(ada.get_by_role("link", name="Inventory")).to_be_visible()
        expect(ada.get_by_role("link", name="Count")).to_have_count(0)
        expect(ada.locator("button:not([disabled])", has_text="Close the")).to_have_count(0)
        expect(ada.get_by_text("Worker stopped")).to_have_count(0)
        ada.context.close()


def test_a_lake_that_is_out_of_reach_is_said_with_the_age_of_what_is_shown() -> None:
    now = datetime(2026, 1, 9, 18, tzinfo=UTC)
    note = LakeNote("dallas", "shipledger-x.duckdb", now - timedelta(minutes=30), "It does not answer.")
    assert lake_badge(note, now).text == "The lake is out of reach, last read 30 min ago"
    assert lake_badge(LakeNote("dallas", None, None, "It does not answer."), now).tone == "red"
    assert lake_badge(None, now).tone == "gray"
