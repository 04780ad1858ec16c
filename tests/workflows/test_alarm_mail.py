"""Critical alarms are mailed when they begin: each beginning once, also when they flap or the server is down."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from inbox import Inbox

from workflows.config.settings import Settings
from workflows.mail import deliver_outbox, read_outbox
from workflows.monitoring.check_log import turn_alarms
from workflows.monitoring.check_mail import QUIET, mail_critical
from workflows.monitoring.checks import Alarm, Level

NOW = datetime(2026, 11, 20, 20, tzinfo=UTC)
MINUTES = timedelta(minutes=1)
READER = "owner@example.com"


def alarm(key: str, level: Level = "critical") -> Alarm:
    return Alarm(key, level, f"Title of {key}", f"Detail of {key}.")


@pytest.fixture
def settings(mailing: Settings) -> Settings:
    return mailing


@pytest.fixture
def look(settings: Settings) -> Callable[..., list[str]]:
    """What the watch does with the alarms that stand so many minutes later: gives the titles that it mails."""

    def watch(minutes: int, *alarms: Alarm) -> list[str]:
        now = NOW + minutes * MINUTES
        mailed = mail_critical(settings, turn_alarms(settings.operations, alarms, now), now)
        deliver_outbox(settings, now)
        return mailed

    return watch


def test_a_critical_alarm_is_mailed_when_it_begins_and_not_again_while_it_lasts(
    look: Callable[..., list[str]], inbox: Inbox
) -> None:
    assert look(0, alarm("tests"), alarm("ghosts", "warning")) == ["Title of tests"]
    assert look(5, alarm("tests"), alarm("ghosts", "warning")) == []
    assert look(60 * 24 * 30, alarm("tests")) == [], "a month later, it is the same beginning"
    assert inbox.subjects(READER) == ["Shipledger alert: Title of tests"]
    body = inbox.received[0][1].get_content()
    assert "Title of tests (since Nov 20, 2026, 2:00 PM CST)" in body
    assert "Detail of tests." in body
    assert "ghosts" not in body


def test_one_that_ended_and_begins_again_is_mailed_again(look: Callable[..., list[str]]) -> None:
    assert look(0, alarm("tests")) == ["Title of tests"]
    assert look(30) == []
    assert look(61, alarm("tests")) == ["Title of tests"]


def test_one_that_comes_and_goes_is_mailed_once_an_hour_at_most(look: Callable[..., list[str]]) -> None:
    quiet = int(QUIET / MINUTES)
    assert look(0, alarm("tests")) == ["Title of tests"]
    for minutes in range(5, quiet - 5, 10):
        assert look(minutes) == []
        assert look(minutes + 5, alarm("tests"), alarm(f"lot {minutes}")) == [f"Title of lot {minutes}"]
    assert look(quiet - 1, alarm("tests")) == []
    assert look(quiet, alarm("tests")) == ["Title of tests"], "it still stands when the hour is over"
    assert look(2 * quiet, alarm("tests")) == []


def test_all_that_stand_when_this_begins_come_in_one_mail(look: Callable[..., list[str]], inbox: Inbox) -> None:
    several = [alarm(f"lot {number}") for number in range(10)]
    assert len(look(0, *several)) == 10
    assert inbox.subjects(READER) == ["Shipledger alert: Title of lot 0 and 9 more"]
    assert all(one.title in inbox.received[0][1].get_content() for one in several)


def test_a_warning_that_becomes_critical_is_mailed_then(look: Callable[..., list[str]]) -> None:
    assert look(0, alarm("ghosts", "warning")) == []
    assert look(5, alarm("ghosts")) == ["Title of ghosts"]


def test_without_a_mail_server_nothing_counts_as_mailed(
    settings: Settings, look: Callable[..., list[str]]
) -> None:
    standing = turn_alarms(settings.operations, [alarm("tests")], NOW)
    assert mail_critical(settings.model_copy(update={"mail": None}), standing, NOW) == []
    assert look(5, alarm("tests")) == ["Title of tests"]


def test_a_server_that_is_down_gets_the_mail_when_it_is_back(
    settings: Settings, look: Callable[..., list[str]], inbox: Inbox
) -> None:
    inbox.answers["RCPT"] = "451 later"
    assert look(0, alarm("tests")) == ["Title of tests"]
    assert look(5, alarm("tests")) == []
    inbox.answers.clear()
    assert look(20) == [], "it has ended, and what was queued goes out all the same"
    assert inbox.subjects(READER) == ["Shipledger alert: Title of tests"]
    assert [mail.state for mail in read_outbox(settings)] == ["sent"]


def test_an_alert_that_could_not_be_sent_is_not_the_subject_of_another_one(
    settings: Settings, look: Callable[..., list[str]], inbox: Inbox
) -> None:
    inbox.answers["RCPT"] = "550 never"
    look(0, alarm("tests"))
    [lost] = read_outbox(settings)
    assert lost.state == "given up"
    assert look(5, alarm("tests"), alarm(f"mail {lost.subject}")) == []
    assert look(10, alarm("tests"), alarm("mail Invoice: October 2026")) == ["Title of mail Invoice: October 2026"]


def test_two_watches_at_once_mail_a_beginning_once(settings: Settings) -> None:
    with ThreadPoolExecutor() as pool:
        for round_ in range(10):
            standing = turn_alarms(settings.operations, [alarm(f"lot {round_}")], NOW)
            found = list(pool.map(mail_critical, [settings] * 4, [standing] * 4, [NOW] * 4))
            assert sorted(map(len, found)) == [0, 0, 0, 1]
    assert len(read_outbox(settings)) == 10
