"""The page shows runs that published nothing; they are in the workflow store only."""

from __future__ import annotations

from typing import Any

import pytest
import workshop
from looking import cells, figure, panel
from page_process import Served
from playwright.sync_api import Page, expect
from published_folder import Business, PublishedFolder

from workflows.config.settings import Settings
from workflows.cycle.engine import Engine
from workflows.errors import BuildFailed


@pytest.fixture
def settings(served: Served) -> Settings:
    return workshop.settings_of(served.home)


def test_a_failed_build_is_shown_with_its_failed_tests_and_the_last_good_figures_stay(
    tab: Page,
    served: Served,
    folder: PublishedFolder,
    business: Business,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def turn_red(*_: Any) -> None:
        raise BuildFailed("1 test failed, so nothing was published.", ["unique_lots_lot_id"])

    folder.publish(business)
    monkeypatch.setattr(Engine, "load_changes", lambda *_: {"orders_fetched": 3, "orders_changed": 2})
    monkeypatch.setattr(Engine, "build", turn_red)
    # The worker leaves: one that stayed would make its store again under the next test.
    assert isinstance(workshop.fail(settings, "sync", "dana").error, BuildFailed)

    tab.goto(served.url)
    expect(tab.get_by_text("Build failed, nothing published")).to_be_visible()
    expect(panel(tab, "Needs attention").get_by_text("unique_lots_lot_id")).to_be_visible()
    expect(figure(tab, "Units shipped")).to_have_text("5")
    tab.get_by_role("link", name="Runs and health").click()
    tab.get_by_text("Administration", exact=True).click()
    expect(cells(panel(tab, "Runs"))).to_contain_text(["✗ failed", "Sync", "dana", "unique_lots_lot_id"])


def test_who_only_looks_makes_no_workflow_store(
    tab: Page, served: Served, folder: PublishedFolder, business: Business
) -> None:
    folder.publish(business)
    tab.goto(f"{served.url}/runs?administration=open")
    expect(cells(panel(tab, "Runs"))).to_contain_text(["✓ done", "Sync"])
    assert not (served.home / "workflows.sqlite").exists()
