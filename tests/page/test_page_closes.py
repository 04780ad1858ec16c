"""The three buttons: what they will do, one job of a kind, its progress, cancelling, trying again, and who may."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
import workshop
from looking import panel, stand_still
from page_process import DATES, ZONE, Served
from playwright.sync_api import Locator, Page, expect
from published_bill import Bill
from published_folder import Business, PublishedFolder

from workflows.config.periods import period_before, period_of
from workflows.config.settings import Settings
from workflows.config.worker_lock import WorkerLock

EOD, EOW, EOM = "End of day", "End of week", "End of month"


@pytest.fixture
def settings(served: Served, folder: PublishedFolder, business: Business) -> Settings:
    folder.publish(business)
    return workshop.settings_of(served.home)


def press(place: Locator, name: str) -> None:
    place.get_by_role("button", name=name).click()


@pytest.mark.usefixtures("settings")
def test_each_button_names_the_period_that_is_due(tab: Page, served: Served, today: date) -> None:
    monday = today - timedelta(days=today.weekday() + (0 if today.weekday() >= 4 else 7))
    tab.goto(served.url)
    expect(tab.get_by_role("heading", name=f"Today, {DATES.weekday(today)}")).to_be_visible()
    expect(panel(tab, EOD).get_by_role("button", name=f"Close the day: {DATES.weekday(today)}")).to_be_enabled()
    week = DATES.week(monday)
    expect(panel(tab, EOW).get_by_role("button", name=f"Close the week: {week}")).to_be_enabled()
    for title in (EOD, EOW, EOM):
        expect(panel(tab, title).get_by_text("Not closed yet.")).to_be_visible()


@pytest.mark.usefixtures("settings")
def test_a_month_that_cannot_be_closed_yet_says_from_when_on_it_can(
    tab: Page, served: Served, today: date
) -> None:
    month = period_of("eom", today)
    tab.goto(served.url)
    button = panel(tab, EOM).get_by_role("button", name="Close the month")
    if today >= month.opens:
        # No day of this business was ever charged.
        expect(panel(tab, EOM).get_by_text(f"{month.title} has no charges")).to_be_visible()
    elif today.day > 3:
        opens = f"{month.title} can be closed from {DATES.weekday(month.opens)} on."
        expect(panel(tab, EOM).get_by_text(opens)).to_be_visible()
    else:
        expect(panel(tab, EOM).get_by_text(f"{period_before(month).title} has no charges")).to_be_visible()
    expect(button).to_be_disabled()


def test_a_closed_day_says_what_shipped_since_and_each_card_when_to_press(
    tab: Page, served: Served, settings: Settings, today: date
) -> None:
    workshop.record(settings, period_of("eod", today), orders=0, units=2)
    tab.goto(served.url)
    expect(panel(tab, EOD).get_by_text("1 order and 3 units more since the close.")).to_be_visible()
    for title, when in (
        (EOD, "When shipping is complete"),
        (EOW, "Friday after shipping"),
        (EOM, "Last weekday of the month, after shipping"),
    ):
        panel(tab, title).get_by_test_id("stTooltipIcon").first.hover()
        expect(tab.get_by_test_id("stTooltipContent").get_by_text(when)).to_be_visible()


def test_a_finished_close_with_all_it_can_say_ends_above_the_fold(
    tab: Page, served: Served, settings: Settings, today: date
) -> None:
    said = "948 orders shipped, 3,658 units; 14 units of unknown SKUs not included; 36 unassigned units; 1 SKU low"
    mail = "off, no mail server is configured"
    workshop.record(settings, period_of("eod", today), orders=1_000_000, units=1_000_000, summary=said, mail=mail)
    lock = WorkerLock(served.home)
    assert lock.acquire()
    try:
        tab.set_viewport_size({"width": 1280, "height": 800})
        tab.goto(served.url)
        card = panel(tab, EOD)
        expect(card.get_by_text("fewer since the close.")).to_be_visible()
        expect(card.get_by_role("button", name="Close again")).to_be_visible()
        stand_still(tab)
        box = card.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 800
    finally:
        lock.release()


def test_a_day_that_cannot_be_closed_is_said_beside_the_heading(tab: Page, served: Served) -> None:
    tab.goto(f"{served.url}/?close_day=2099-01-01")
    expect(tab.get_by_text('"2099-01-01" is not a day from')).to_be_visible()


def test_another_day_changes_the_heading_and_what_each_button_closes(
    tab: Page, served: Served, settings: Settings, folder: PublishedFolder, business: Business, today: date
) -> None:
    folder.publish(replace(business, bill=Bill.small(today)))
    workshop.make_store(settings)
    day = (today.replace(day=1) - timedelta(days=1)).replace(day=20)
    monday = day - timedelta(days=day.weekday())
    tab.goto(f"{served.url}/?close_day={day}")
    expect(tab.get_by_role("heading", name=f"Closing for {DATES.long_day(day)}")).to_be_visible()
    expect(panel(tab, EOD).get_by_role("button", name=f"Close the day: {DATES.weekday(day)}")).to_be_enabled()
    week = DATES.week(monday)
    expect(panel(tab, EOW).get_by_role("button", name=f"Close the week: {week}")).to_be_enabled()
    press(panel(tab, EOM), f"Close the month: {day:%B %Y}")
    expect(panel(tab, EOM).get_by_text("Queued: starts when")).to_be_visible()
    (job,) = workshop.jobs_of(settings, "eom")
    assert job.arguments == {"date": day.replace(day=1).isoformat(), "force": False, "incomplete": False}


def test_a_period_that_is_not_loaded_is_refused_with_what_to_do_and_nothing_is_queued(
    tab: Page, served: Served, settings: Settings, folder: PublishedFolder, business: Business, today: date
) -> None:
    loaded_from = today - timedelta(days=20)
    first = loaded_from - timedelta(days=7)
    folder.publish(replace(business, loaded_from=datetime.combine(loaded_from, time(), ZONE)))
    workshop.make_store(settings)
    tab.goto(f"{served.url}/?close_day={loaded_from}")
    missing = f"load the changes of {DATES.day(first)} to {DATES.day(loaded_from - timedelta(days=1))}"
    expect(panel(tab, EOD).get_by_text(f"Ask an admin to {missing}, then close again.")).to_be_visible()
    expect(panel(tab, EOD).get_by_role("button", name="Close the day")).to_be_disabled()
    tab.goto(served.url)
    expect(panel(tab, EOD).get_by_role("button", name="Close the day")).to_be_enabled()
    assert workshop.jobs_of(settings, "eod") == []


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
        expect(panel(page, EOD).get_by_text("Queued: starts when")).to_be_visible()
        expect(panel(page, EOD).get_by_role("button", name="Close the day")).to_have_count(0)
    other.close()
    (job,) = workshop.jobs_of(settings, "eod")
    assert (job.status, bool(job.actor)) == ("queued", True)


@pytest.mark.long
def test_a_queued_close_can_be_cancelled_and_taken_up_again(tab: Page, served: Served, settings: Settings) -> None:
    workshop.make_store(settings)
    tab.goto(served.url)
    day = panel(tab, EOD)
    press(day, "Close the day")
    press(day, "Cancel")
    expect(day.get_by_text("was cancelled at")).to_be_visible()
    press(day, "Resume at the failed step")
    expect(day.get_by_text("Queued: starts when")).to_be_visible()
    assert [job.status for job in workshop.jobs_of(settings, "eod")] == ["queued", "cancelled"]


def test_a_failed_close_tells_why_and_who_and_goes_on(tab: Page, served: Served, settings: Settings) -> None:
    workshop.fail(settings, "eod", "<b>dana</b>", date=None, force=False, incomplete=False)
    tab.goto(served.url)
    day = panel(tab, EOD)
    expect(day.get_by_text("The run by <b>dana</b> failed at")).to_be_visible()
    expect(day.get_by_text("ShipStation")).not_to_have_count(0)
    press(day, "Resume at the failed step")
    expect(day.get_by_text("Queued: starts when")).to_be_visible()


@pytest.mark.usefixtures("settings")
def test_without_a_worker_the_page_says_so_and_whom_to_ask(tab: Page, served: Served) -> None:
    tab.goto(served.url)
    expect(
        tab.get_by_text("No worker is running. Jobs that you start here wait for one: ask an admin to start it.")
    ).to_be_visible()
    press(panel(tab, EOD), "Close the day")
    expect(panel(tab, EOD).get_by_text("No worker has run here yet")).to_be_visible()
    assert not (served.home / "workflows.sqlite").exists()


@pytest.mark.long
def test_the_keyboard_reaches_and_presses_the_button(tab: Page, served: Served, settings: Settings) -> None:
    workshop.make_store(settings)
    tab.goto(served.url)
    button = panel(tab, EOD).get_by_role("button", name="Close the day")
    expect(button).to_be_enabled()
    _tab_to(tab, button)
    tab.keyboard.press("Enter")
    expect(panel(tab, EOD).get_by_text("Queued: starts when")).to_be_visible()


def _tab_to(tab: Page, wanted: Locator) -> None:
    for _ in range(40):
        if wanted.evaluate("one => one === document.activeElement"):
            return
        tab.keyboard.press("Tab")
    raise AssertionError("The keyboard does not get there.")
