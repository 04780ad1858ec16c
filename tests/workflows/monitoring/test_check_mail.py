"""Critical checks are mailed when they begin to fail: each beginning once, also when they flap or mail is down."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from inbox import Inbox

from workflows.config.settings import Settings
from workflows.config.thresholds import MAIL_AGAIN_AFTER
from workflows.mail import deliver_outbox, read_outbox
from workflows.monitoring.check_log import record_failures
from workflows.monitoring.check_mail import mail_critical
from workflows.monitoring.checks import Check, Severity

NOW = datetime(2026, 11, 20, 20, tzinfo=UTC)
MINUTES = timedelta(minutes=1)
READER = "owner@example.com"


def failing(name: str, severity: Severity = "critical") -> Check:
    return Check(name, f"Title of {name}", False, f"Detail of {name}.", severity)


@pytest.fixture
def settings(mailing: Settings) -> Settings:
    return mailing


@pytest.fixture
def check(settings: Settings) -> Callable[..., list[str]]:
    """What the job does with the checks that fail so many minutes later: gives the titles that it mails."""

    def watch(minutes: int, *failed: Check) -> list[str]:
        now = NOW + minutes * MINUTES
        mailed = mail_critical(settings, record_failures(settings.operations, failed, now), now)
        deliver_outbox(settings, now)
        return mailed

    return watch


def test_a_critical_check_is_mailed_when_it_begins_to_fail_and_not_again_while_it_lasts(
    check: Callable[..., list[str]], inbox: Inbox
) -> None:
    assert check(0, failing("tests"), failing("ghosts", "warning")) == ["Title of tests"]
    assert check(5, failing("tests"), failing("ghosts", "warning")) == []
    assert check(60 * 24 * 30, failing("tests")) == [], "a month later, it is the same beginning"
    assert inbox.subjects(READER) == ["Shipledger alert: Title of tests"]
    body = inbox.received[0][1].get_content()
    assert "Title of tests (since Nov 20, 2026, 2:00 PM CST)" in body
    assert "Detail of tests." in body
    assert "ghosts" not in body


def test_one_that_ended_and_begins_again_is_mailed_again(check: Callable[..., list[str]]) -> None:
    assert check(0, failing("tests")) == ["Title of tests"]
    assert check(30) == []
    assert check(61, failing("tests")) == ["Title of tests"]


def test_one_that_comes_and_goes_is_mailed_once_an_hour_at_most(check: Callable[..., list[str]]) -> None:
    quiet = int(MAIL_AGAIN_AFTER / MINUTES)
    assert check(0, failing("tests")) == ["Title of tests"]
    for minutes in range(5, quiet - 5, 10):
        assert check(minutes) == []
        assert check(minutes + 5, failing("tests"), failing(f"lot {minutes}")) == [f"Title of lot {minutes}"]
    assert check(quiet - 1, failing("tests")) == []
    assert check(quiet, failing("tests")) == ["Title of tests"], "it still stands when the hour is over"
    assert check(2 * quiet, failing("tests")) == []


def test_all_that_stand_when_this_begins_come_in_one_mail(check: Callable[..., list[str]], inbox: Inbox) -> None:
    several = [failing(f"lot {number}") for number in range(10)]
    assert len(check(0, *several)) == 10
    assert inbox.subjects(READER) == ["Shipledger alert: Title of lot 0 and 9 more"]
    assert all(one.title in inbox.received[0][1].get_content() for one in several)


def test_a_warning_that_becomes_critical_is_mailed_then(check: Callable[..., list[str]]) -> None:
    assert check(0, failing("ghosts", "warning")) == []
    assert check(5, failing("ghosts")) == ["Title of ghosts"]


def test_without_a_mail_server_nothing_counts_as_mailed(
    settings: Settings, check: Callable[..., list[str]]
) -> None:
    failed = record_failures(settings.operations, [failing("tests")], NOW)
    assert mail_critical(settings.model_copy(update={"smtp_url": None}), failed, NOW) == []
    assert check(5, failing("tests")) == ["Title of tests"]


def test_a_server_that_is_down_gets_the_mail_when_it_is_back(
    settings: Settings, check: Callable[..., list[str]], inbox: Inbox
) -> None:
    inbox.answers["RCPT"] = "451 later"
    assert check(0, failing("tests")) == ["Title of tests"]
    assert check(5, failing("tests")) == []
    inbox.answers.clear()
    assert check(20) == [], "it has ended, and what was queued goes out all the same"
    assert inbox.subjects(READER) == ["Shipledger alert: Title of tests"]
    assert [mail.state for mail in read_outbox(settings)] == ["sent"]


def test_an_alert_that_could_not_be_sent_is_not_the_subject_of_another_one(
    settings: Settings, check: Callable[..., list[str]], inbox: Inbox
) -> None:
    inbox.answers["RCPT"] = "550 never"
    check(0, failing("tests"))
    [lost] = read_outbox(settings)
    assert lost.state == "given up"
    assert check(5, failing("tests"), failing(f"mail {lost.subject}")) == []
    assert check(10, failing("tests"), failing("mail Invoice: October 2026")) == [
        "Title of mail Invoice: October 2026"
    ]


def test_two_watches_at_once_mail_a_beginning_once(settings: Settings) -> None:
    with ThreadPoolExecutor() as pool:
        for round_ in range(10):
            failed = record_failures(settings.operations, [failing(f"lot {round_}")], NOW)
            found = list(pool.map(mail_critical, [settings] * 4, [failed] * 4, [NOW] * 4))
            assert sorted(map(len, found)) == [0, 0, 0, 1]
    assert len(read_outbox(settings)) == 10
