"""Runs and health: every run with its way on, the switches, the checks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import workshop
from looking import cells, choose_first_row, figure, panel, stand_still
from page_process import Served
from playwright.sync_api import Page, expect
from published_folder import Business, PublishedFolder

from workflows.config.settings import Settings
from workflows.cycle.last_read import Read, note_read
from workflows.entries.switches import turn_switch


@pytest.fixture
def settings(served: Served, folder: PublishedFolder, business: Business) -> Settings:
    folder.publish(business)
    return workshop.settings_of(served.home)


def test_a_failed_run_is_listed_with_who_and_why_has_an_address_and_can_be_tried_again(
    tab: Page, served: Served, settings: Settings
) -> None:
    failed = workshop.fail(settings, "sync", "dana")
    tab.goto(f"{served.url}/runs?administration=open")
    runs = panel(tab, "Runs")
    expect(cells(runs)).to_contain_text(["✗ failed", "Sync", "dana", "ShipStation"])
    choose_first_row(runs)
    expect(runs.get_by_text(failed.run_id)).to_be_visible()
    runs.get_by_role("button", name="Retry").click()
    expect(cells(runs).first).to_have_text("… queued")
    assert [job.status for job in workshop.jobs_of(settings, "sync")] == ["queued", "failed"]
    tab.goto(f"{served.url}/runs?run={failed.run_id}")
    expect(runs.get_by_text(failed.run_id)).to_be_visible()
    expect(runs.get_by_role("button", name="Retry")).to_be_visible()


@pytest.mark.usefixtures("settings")
def test_freshness_says_when_shipstation_was_read_and_what_the_api_allows(tab: Page, served: Served) -> None:
    tab.goto(f"{served.url}/runs?administration=open")
    expect(figure(tab, "Last read from ShipStation")).to_have_text("just now")
    expect(tab.get_by_text("of 2,400 allowed")).to_be_visible()


def test_a_read_counts_once_it_is_loaded_although_nothing_was_published_since(
    tab: Page, served: Served, settings: Settings, folder: PublishedFolder, business: Business
) -> None:
    now = datetime.now(UTC)
    folder.publish(replace(business, as_of=now - timedelta(hours=3)))
    note_read(settings.operations, Read(now - timedelta(minutes=7), None))
    tab.goto(f"{served.url}/runs?administration=open")
    expect(figure(tab, "Last read from ShipStation")).to_have_text("7 min ago")


def test_a_switch_is_turned_with_a_name_and_follows_what_others_turn(
    tab: Page, served: Served, settings: Settings
) -> None:
    turn_switch(settings.operations, "cleanup", False, "ada")
    tab.goto(f"{served.url}/runs?administration=open")
    board = panel(tab, "Scheduled jobs")
    expect(board.get_by_text("Turned off by ada")).to_be_visible()
    expect(board.get_by_role("switch", name="Cleanup")).not_to_be_checked()
    board.get_by_text("Sync", exact=True).click()
    expect(board.get_by_text("Turned off by")).to_have_count(2)
    turns = workshop.turns_of(settings)
    assert [turn[:2] for turn in turns] == [("cleanup", 0), ("sync", 0)]
    assert turns[1][2]


@pytest.mark.long
def test_before_the_first_check_the_page_says_what_to_do(tab: Page, served: Served, settings: Settings) -> None:
    workshop.make_store(settings)
    tab.goto(f"{served.url}/runs?administration=open")
    health = panel(tab, "Health checks")
    expect(health.get_by_text("The checks have not run yet.")).to_be_visible()
    health.get_by_role("button", name="Check now").click()
    expect(health.get_by_text("0 % · Queued: starts when the job before it has ended.")).to_be_visible()
    expect(health.get_by_role("button", name="Check now")).to_be_disabled()
    expect(cells(panel(tab, "Runs"))).to_contain_text(["… queued", "Health"])
    assert workshop.finish(settings, "health").status == "success"
    stand_still(tab)
    health.get_by_role("button", name="Check now").click()
    expect(health.get_by_text("0 % · Queued: starts when the job before it has ended")).to_be_visible()


def test_the_owner_reads_three_lines_and_the_rest_is_under_administration(
    tab: Page, served: Served, settings: Settings
) -> None:
    workshop.fail(settings, "sync", "dana")
    tab.goto(f"{served.url}/runs")
    glance = panel(tab, "At a glance")
    for line in ("Fresh, checked just now", "Not run yet", "1 job failed"):
        expect(glance.get_by_text(line)).to_be_visible()
    expect(tab.get_by_role("heading", name="Scheduled jobs")).to_have_count(0)
    tab.get_by_text("Administration", exact=True).click()
    expect(tab.get_by_role("heading", name="Scheduled jobs")).to_be_visible()
    assert tab.url.endswith("?administration=open")
