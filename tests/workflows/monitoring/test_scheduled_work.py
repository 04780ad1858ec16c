from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dbos import DBOSClient
from inbox import Inbox
from own_worker import done, ended, working

from workflows.cli.schedule import last_due
from workflows.config.settings import Settings
from workflows.config.thresholds import KEPT_RUNS
from workflows.jobs.cleaning import clean_home
from workflows.jobs.client import APPLICATION_VERSION, CONCURRENT_QUEUE, JobClient
from workflows.mail import queue_mail


@pytest.fixture
def settings(mailing: Settings) -> Settings:
    return mailing


@pytest.fixture
def jobs(settings: Settings) -> Iterator[JobClient]:
    with working(settings) as found:
        yield found


def test_each_alarm_is_in_one_digest(jobs: JobClient, inbox: Inbox) -> None:
    first = done(jobs, "digest")
    assert first.status == "success", first.error
    [subject] = inbox.subjects("owner@example.com")
    assert subject == "Shipledger: No ShipStation credentials and 1 more"
    body = inbox.received[0][1].get_content()
    assert "Set SHIPSTATION_API_KEY" in body
    assert "Nothing has been published yet" in body
    assert done(jobs, "digest").result == {"kind": "digest", "new": [], "standing": 2}
    assert len(inbox.received) == 1
    assert done(jobs, "sync").status == "failed"
    third = done(jobs, "digest").result or {}
    assert (third["new"], third["standing"]) == (["The last sync failed"], 3)
    assert inbox.subjects("owner@example.com")[1:] == ["Shipledger: The last sync failed"]
    assert "2 of earlier digests still fail" in inbox.received[1][1].get_content()


def test_without_a_mail_server_the_alarms_stay_for_the_first_digest_that_is_sent(
    settings: Settings, inbox: Inbox
) -> None:
    with working(settings.model_copy(update={"smtp_url": None})) as jobs:
        assert done(jobs, "digest").status == "success"
    with working(settings) as jobs:
        assert done(jobs, "digest").status == "success"
    assert len(inbox.received) == 1


def test_the_watch_sends_mail_that_waits_and_a_critical_alarm_that_begins(
    settings: Settings, jobs: JobClient, inbox: Inbox
) -> None:
    queue_mail(settings, "eow:2026-11-16:v1", "Weekly", "text", [])
    first, second = done(jobs, "watch"), done(jobs, "watch")
    assert first.result == {
        "kind": "watch", "alarms": 2, "mailed": ["No ShipStation credentials"], "mails": 2,
    }  # fmt: skip
    assert second.result == {"kind": "watch", "alarms": 2, "mailed": [], "mails": 0}
    assert inbox.subjects("owner@example.com") == ["Weekly", "Shipledger alert: No ShipStation credentials"]
    assert "Set SHIPSTATION_API_KEY" in inbox.received[1][1].get_content()


def test_cleaning_up_removes_what_is_old_and_nothing_else(
    settings: Settings, jobs: JobClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = done(jobs, "digest")
    old = time.time() - timedelta(days=40).total_seconds()
    for name in ("logs/dbt.log.1", "scratch/left", "scratch/dbt/cache", "reports/eod/a.pdf", "uploads/old.csv"):
        path = settings.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("old")
        os.utime(path, (old, old))
        os.utime(path.parent, (old, old))
    young = {
        "logs/dbt.log.2": timedelta(days=30) - timedelta(minutes=5),
        "scratch/fresh": timedelta(days=7) - timedelta(minutes=5),
        "uploads/waits.csv": timedelta(days=2) - timedelta(minutes=5),
    }
    for name, age in young.items():
        (settings.home / name).write_text("young")
        os.utime(settings.home / name, (time.time() - age.total_seconds(),) * 2)
    outside = settings.home.parent / "outside"
    outside.mkdir()
    (outside / "kept").write_text("not ours")
    link = settings.home / "scratch" / "link"
    link.symlink_to(outside)
    os.utime(link, (old, old), follow_symlinks=False)
    cleaned = done(jobs, "cleanup")
    counts = {"logs": 1, "scratch": 2, "runs": 0, "logins": 0, "drafts": 0, "uploads": 1}
    assert cleaned.result == {"kind": "cleanup", **counts}
    assert not (settings.home / "uploads/old.csv").exists()
    assert not link.is_symlink()
    assert (outside / "kept").exists(), "a link is removed, and not what it leads to"
    assert not (settings.home / "logs/dbt.log.1").exists()
    assert (settings.home / "scratch/dbt/cache").exists()
    assert (settings.home / "reports/eod/a.pdf").exists()
    assert all((settings.home / name).exists() for name in young)
    soon, later = (datetime.now(UTC) + KEPT_RUNS + minutes * timedelta(minutes=1) for minutes in (-5, 5))
    assert clean_home(settings, jobs, soon)["runs"] == 0
    monkeypatch.setattr("workflows.jobs.client._DELETED_AT_ONCE", 1)
    assert clean_home(settings, jobs, later)["runs"] == 2
    assert (jobs.job(kept.run_id), jobs.job(cleaned.run_id)) == (None, None)


def digest_left(settings: Settings, **options: str) -> str:
    """A digest that a worker before this one was given and did not do. Gives its id."""
    client = DBOSClient(system_database_url=settings.workflow_database_url, application_name="shipledger")
    job: Any = client.enqueue({"workflow_name": "digest", "application_name": "shipledger", **options}, {})
    client.destroy()
    return str(job.get_workflow_id())


def test_a_job_that_another_version_left_open_is_cancelled_and_blocks_nobody(settings: Settings) -> None:
    with working(settings):
        pass
    left = digest_left(
        settings, queue_name=CONCURRENT_QUEUE, app_version="shipledger-0", deduplication_id="digest"
    )
    with working(settings) as jobs:
        assert done(jobs, "digest").status == "success"
        found = jobs.job(left)
    assert found is not None
    assert found.status == "cancelled"


def test_a_job_that_an_earlier_release_queued_is_taken_up(settings: Settings) -> None:
    with working(settings):
        pass
    # As earlier releases call the queue.
    left = digest_left(settings, queue_name="errands", app_version=APPLICATION_VERSION)  # codespell:ignore errands
    with working(settings) as jobs:
        assert done(jobs, "digest").status == "success"
        taken = jobs.job(left)
        assert taken is not None
        assert taken.status != "queued", "one that came later has ended"
        assert ended(jobs, taken.run_id).status == "success"


def test_daily_work_was_due_this_morning_or_yesterday() -> None:
    zone = ZoneInfo("America/Chicago")
    assert last_due("reconcile", datetime(2026, 11, 20, 3, 30, tzinfo=zone)) == datetime(
        2026, 11, 20, 3, 30, tzinfo=zone
    )
    assert last_due("reconcile", datetime(2026, 11, 20, 3, 29, tzinfo=zone)) == datetime(
        2026, 11, 19, 3, 30, tzinfo=zone
    )
