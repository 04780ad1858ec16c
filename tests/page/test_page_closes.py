"""The three buttons: what they will do, one job of a kind, its progress, cancelling, trying again, and who may."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import workshop
from looking import panel
from page_process import Served
from playwright.sync_api import Locator, Page, expect
from published_folder import Business, PublishedFolder

from workflows.settings import Settings

EOD, EOW, EOM = "End of day", "End of week", "End of month"


@pytest.fixture
def settings(served: Served, folder: PublishedFolder, business: Business) -> Settings:
    folder.publish(business)
    return workshop.settings_of(served.home)


def words(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b}"


@pytest.mark.usefixtures("settings")
def test_each_button_says_which_period_it_closes(tab: Page, served: Served, today: date) -> None:
    # A week can be closed from its Friday on; a month from its end on, until the 3rd it is the one before.
    monday = today - timedelta(days=today.weekday() + (0 if today.weekday() >= 4 else 7))
    tab.goto(served.url)
    expect(panel(tab, EOD).get_by_text(words(today), exact=True)).to_be_visible()
    week = f"{words(monday)} to {words(monday + timedelta(days=6))}"
    expect(panel(tab, EOW).get_by_text(week, exact=True)).to_be_visible()
    button = panel(tab, EOM).get_by_role("button", name="Close the month")
    if today.day > 3:
        expect(panel(tab, EOM).get_by_text("still runs: it can be closed from 1")).to_be_visible()
        expect(button).to_be_disabled()
    else:
        before = today.replace(day=1) - timedelta(days=1)
        expect(panel(tab, EOM).get_by_text(f"{before:%B %Y}", exact=True)).to_be_visible()
        expect(button).to_be_enabled()
    for title in (EOD, EOW, EOM):
        expect(panel(tab, title).get_by_text("Never done yet.")).to_be_visible()


def test_another_day_can_be_closed(tab: Page, served: Served, settings: Settings, today: date) -> None:
    last_month = today.replace(day=1) - timedelta(days=1)
    workshop.make_store(settings)
    tab.goto(f"{served.url}/?close_day={last_month.replace(day=20)}")
    expect(panel(tab, EOM).get_by_text(f"{last_month:%B %Y}", exact=True)).to_be_visible()
    panel(tab, EOM).get_by_role("button", name="Close the month").click()
    expect(panel(tab, EOM).get_by_text("Queued: it begins when")).to_be_visible()
    (job,) = workshop.jobs_of(settings, "eom")
    assert job.arguments == {"date": last_month.replace(day=20).isoformat(), "force": False}


def test_pressed_twice_and_in_two_tabs_it_is_one_job_with_its_actor(
    tab: Page, served: Served, settings: Settings
) -> None:
    workshop.make_store(settings)
    other = tab.context.new_page()
    for page in (tab, other):
        page.goto(served.url)
        expect(panel(page, EOD).get_by_role("button", name="Close the day")).to_be_enabled()
    panel(tab, EOD).get_by_role("button", name="Close the day").dblclick()
    for page in (tab, other):
        expect(panel(page, EOD).get_by_text("Queued: it begins when")).to_be_visible()
        expect(panel(page, EOD).get_by_role("button", name="Close the day")).to_have_count(0)
    other.close()
    (job,) = workshop.jobs_of(settings, "eod")
    assert (job.status, bool(job.actor)) == ("queued", True)


def test_a_queued_close_can_be_cancelled_and_taken_up_again(tab: Page, served: Served, settings: Settings) -> None:
    workshop.make_store(settings)
    tab.goto(served.url)
    day = panel(tab, EOD)
    day.get_by_role("button", name="Close the day").click()
    day.get_by_role("button", name="Cancel").click()
    expect(day.get_by_text("was cancelled at")).to_be_visible()
    day.get_by_role("button", name="Go on at the step it stopped at").click()
    expect(day.get_by_text("Queued: it begins when")).to_be_visible()
    assert [job.status for job in workshop.jobs_of(settings, "eod")] == ["queued", "cancelled"]


def test_a_failed_close_tells_why_and_who_and_goes_on(tab: Page, served: Served, settings: Settings) -> None:
    workshop.fail(settings, "eod", "<b>dana</b>", date=None, force=False)
    tab.goto(served.url)
    day = panel(tab, EOD)
    expect(day.get_by_text("The run of <b>dana</b> failed at")).to_be_visible()
    expect(day.get_by_text("ShipStation")).not_to_have_count(0)
    day.get_by_role("button", name="Go on at the step it stopped at").click()
    expect(day.get_by_text("Queued: it begins when")).to_be_visible()


@pytest.mark.usefixtures("settings")
def test_without_a_worker_the_page_says_so_and_how_to_start_one(tab: Page, served: Served) -> None:
    tab.goto(served.url)
    expect(tab.get_by_text("No worker is running: what you start here waits until one does.")).to_be_visible()
    expect(tab.get_by_text("orchestrate.py serve", exact=False).first).to_be_visible()
    panel(tab, EOD).get_by_role("button", name="Close the day").click()
    expect(panel(tab, EOD).get_by_text("No worker has ever run here")).to_be_visible()
    assert not (served.home / "workflows.sqlite").exists()


def test_the_keyboard_reaches_and_presses_the_button(tab: Page, served: Served, settings: Settings) -> None:
    workshop.make_store(settings)
    tab.goto(served.url)
    button = panel(tab, EOD).get_by_role("button", name="Close the day")
    expect(button).to_be_enabled()
    _tab_to(tab, button)
    tab.keyboard.press("Enter")
    expect(panel(tab, EOD).get_by_text("Queued: it begins when")).to_be_visible()


def _tab_to(tab: Page, wanted: Locator) -> None:
    for _ in range(40):
        if wanted.evaluate("one => one === document.activeElement"):
            return
        tab.keyboard.press("Tab")
    raise AssertionError("The keyboard does not get there.")
