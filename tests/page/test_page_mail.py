"""Mail on the page: who has a report, what went wrong, and sending it again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import workshop
from inbox import Inbox, free_port, serving
from looking import cells, choose_first_row, panel
from page_process import Served
from playwright.sync_api import Page, expect
from published_folder import Business, PublishedFolder

from workflows.closes.close_summary import mail_key
from workflows.config.periods import Period, period_of
from workflows.config.settings import Settings
from workflows.mail import deliver_outbox, queue_mail

HOSTILE = "Weekly <img src=x onerror=alert(1)> **bold**"
FIRST, SECOND = "owner@example.com", "second@example.com"


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def settings(served: Served, folder: PublishedFolder, business: Business, inbox: Inbox) -> Iterator[Settings]:
    folder.publish(business)
    port = free_port()
    with serving(inbox, port):
        settings = workshop.with_mail(workshop.settings_of(served.home), port, FIRST, SECOND)
        workshop.make_store(settings)
        yield settings


@pytest.fixture
def week(today: date) -> Period:
    return period_of("eow", today - timedelta(days=14))


def mail_report(settings: Settings, week: Period) -> None:
    """The week is closed, and its report is in the outbox, tried once."""
    close = workshop.record(settings, week)
    queue_mail(settings, mail_key(close.kind, close.period, close.version), HOSTILE, "text", [])
    deliver_outbox(settings, datetime.now(UTC))


def test_a_card_says_how_many_readers_have_the_report_and_sends_it_again(
    tab: Page, served: Served, settings: Settings, inbox: Inbox, week: Period
) -> None:
    inbox.answers[SECOND] = f"550 <b>{SECOND}</b> is unknown here"
    mail_report(settings, week)
    tab.goto(f"{served.url}/?close_day={week.first}")
    card = panel(tab, "End of week")
    expect(card.get_by_text("E-mail: sent to 1 recipient, given up for 1")).to_be_visible()
    expect(
        card.get_by_text("550 <b>(address)</b> is unknown here. Remove the cause, then send it again.")
    ).to_be_visible()
    inbox.answers.clear()
    card.get_by_role("button", name="Send again").click()
    expect(card.get_by_text("E-mail: sent to 1 recipient, waiting for 1")).to_be_visible()
    assert workshop.finish(settings, "watch").status == "success"
    expect(card.get_by_text("E-mail: sent to 2 recipients")).to_be_visible()
    expect(card.get_by_role("button", name="Send")).to_have_count(0)
    assert [inbox.subjects(reader).count(HOSTILE) for reader in (FIRST, SECOND)] == [1, 1]


def test_the_outbox_lists_each_mail_with_its_error_and_its_next_attempt_and_sends_it_again(
    tab: Page, served: Served, settings: Settings, inbox: Inbox, week: Period
) -> None:
    inbox.answers["RCPT"] = "451 greylisted"
    mail_report(settings, week)
    tab.goto(f"{served.url}/runs?administration=open")
    outbox = panel(tab, "E-mail")
    expect(cells(outbox)).to_contain_text(["Waiting for 2 recipients", HOSTILE, "", "", "451 greylisted"])
    choose_first_row(outbox)
    expect(outbox.get_by_text(f"{HOSTILE}: waiting for 2 recipients.")).to_be_visible()
    expect(outbox.get_by_text(f"{SECOND}: waiting.")).to_be_visible()
    inbox.answers.clear()
    outbox.get_by_role("button", name="Send now").click()
    expect(outbox.get_by_text("451 greylisted")).to_have_count(0)
    assert workshop.finish(settings, "watch").status == "success"
    tab.reload()
    expect(cells(outbox)).to_contain_text(["Sent to 2 recipients", HOSTILE])


@pytest.mark.usefixtures("settings")
def test_an_empty_outbox_says_what_comes_into_it(tab: Page, served: Served) -> None:
    tab.goto(f"{served.url}/runs?administration=open")
    expect(panel(tab, "E-mail").get_by_text("The outbox is empty.")).to_be_visible()
