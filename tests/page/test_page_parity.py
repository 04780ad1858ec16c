"""The former system's panel: how parity stands, what differs and why."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import workshop
from looking import badge, cells, choose, figure, panel
from page_process import Served
from playwright.sync_api import Page, expect
from published_folder import Business, PublishedFolder

from workflows.config.settings import Settings
from workflows.parity.comparison import Difference
from workflows.parity.comparison_log import ParityRun, record_run

SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def settings(served: Served, folder: PublishedFolder, business: Business) -> Settings:
    folder.publish(business)
    return workshop.settings_of(served.home)


def compared(settings: Settings, name: str, hours_ago: float, differences: list[Difference]) -> None:
    until = datetime.now(UTC) - timedelta(hours=hours_ago)
    kinds = [one.kind for one in differences]
    by_class = {kind: kinds.count(kind) for kind in ("unexplained", "known_failure", "timing", "scope")}
    facts = {"by_class": by_class, "not_compared": ["carrier"]}
    run = ParityRun(
        *(name, "schedule", "sqlite:///former.db", "criteria", until - timedelta(hours=48), until),
        *(by_class["unexplained"], 1234, facts),
    )
    record_run(settings.operations, run, differences)


@pytest.mark.usefixtures("settings")
def test_before_the_first_comparison_the_panel_says_what_to_do(tab: Page, served: Served) -> None:
    tab.goto(f"{served.url}/runs?administration=open")
    former = panel(tab, "Former system")
    expect(former.get_by_text("Nothing has been compared yet.")).to_be_visible()
    expect(former.get_by_text("an admin sets its database in the configuration")).to_be_visible()


def test_the_newest_comparison_shows_its_counts_and_what_differs(
    tab: Page, served: Served, settings: Settings
) -> None:
    compared(settings, "clean", 3, [])
    compared(
        settings,
        "wrong",
        1,
        [
            Difference("orders", "671825", None, "status", "shipped", SCRIPT, "unexplained", None),
            Difference(
                "shipped items", "671826", "17612", "units", "5", "2", "known_failure", "only one package kept"
            ),
        ],
    )
    tab.goto(f"{served.url}/runs?administration=open")
    former = panel(tab, "Former system")
    expect(badge(former, "1 difference unexplained")).to_be_visible()
    expect(former.get_by_text("1,234 orders on both sides")).to_be_visible()
    expect(figure(tab, "Theirs wrong, by a known failure")).to_have_text("1")
    expect(cells(former)).to_contain_text(["orders", "671825", "status", "shipped", SCRIPT, "no rule explains it"])
    former.get_by_role("radio", name="theirs wrong, by a known failure").click()
    expect(cells(former)).to_contain_text(["671826", "17612", "units", "5", "2", "known failure 1"])


@pytest.mark.long
def test_an_older_comparison_can_be_chosen(tab: Page, served: Served, settings: Settings) -> None:
    wrong = Difference("orders", "671825", None, "status", "shipped", "cancelled", "unexplained", None)
    compared(settings, "wrong", 3, [wrong])
    compared(settings, "clean", 1, [])
    tab.goto(f"{served.url}/runs?administration=open")
    former = panel(tab, "Former system")
    expect(badge(former, "No unexplained differences")).to_be_visible()
    choose(former, "Comparison", "1 difference unexplained")
    expect(cells(former)).to_contain_text(["671825", "cancelled"])
