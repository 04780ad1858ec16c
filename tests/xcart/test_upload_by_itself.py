"""The schedule sends the shop's orders: what it finds waiting, when it may; and a failed upload fails a check."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from dbos import DBOS
from shop_home import SENT, Shop

from tests.support.own_worker import ended, working
from workflows.cli.schedule import start_schedule
from workflows.jobs.client import Job, JobClient
from workflows.monitoring.system_state import check_conditions


def fall_due(jobs: JobClient) -> Job:
    """The upload that the schedule begins when its time has come, at its end."""
    known = {job.run_id for job in jobs.jobs(kinds=("upload",))}
    DBOS.trigger_schedule("upload").get_result()
    (begun,) = [job for job in jobs.jobs(kinds=("upload",)) if job.run_id not in known]
    return ended(jobs, begun.run_id)


@pytest.mark.long
def test_the_schedule_sends_the_orders_that_wait(shop: Shop) -> None:
    settings = shop.settings()
    with working(settings) as jobs:
        start_schedule(settings)
        job = fall_due(jobs)
    assert (job.status, job.actor) == ("success", "schedule"), job.error
    assert (set(shop.there()), shop.posts()) == (SENT, 1)


def test_a_scheduled_upload_that_failed_is_an_alarm(shop: Shop) -> None:
    out_of_reach = shop.settings().model_copy(update={"base_url": "http://127.0.0.1:9", "retry_seconds": 0.0})
    with working(out_of_reach) as jobs:
        start_schedule(out_of_reach)
        assert fall_due(jobs).status == "failed"
        assert "run upload" in {check.name for check in check_conditions(out_of_reach, jobs, datetime.now(UTC))}
