from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from command_line import CommandLine
from gates import edit_newest, gate
from own_worker import done, ended, working

from sandbox import Fault, Sandbox
from workflows.config.settings import Settings
from workflows.config.settings_reader import read_settings
from workflows.errors import UsageError


def settings_of(command: CommandLine) -> Settings:
    return read_settings(command.environment())


def span() -> dict[str, str | None]:
    return {"since": (datetime.now(UTC) - timedelta(days=3)).isoformat(), "until": None}


def test_a_running_job_that_is_cancelled_ends_publishes_nothing_and_leaves_the_way_free(
    filled_own: CommandLine, own_business: Sandbox
) -> None:
    newest = edit_newest(own_business, "on_hold")
    reached, go_on = gate(own_business, "/orders")
    with working(settings_of(filled_own)) as jobs:
        cancelled = jobs.enqueue("sync", "mary")
        assert reached.wait(60)
        assert jobs.cancel(cancelled).status == "cancelled"
        go_on.set()
        synced = done(jobs, "sync")
        assert "publish" not in jobs.finished_steps(cancelled)
        assert [job.status for job in jobs.jobs(kinds=("sync",))] == ["success", "cancelled"]
    assert synced.result is not None, synced.error
    assert synced.run_id[:8] in synced.result["published"]
    status = f"select order_status from marts.orders_inbox where shipstation_order_id = {newest}"
    assert filled_own.published(status) == [("on_hold",)]


def test_jobs_of_one_second_are_ordered_by_when_they_were_asked_for(tmp_path: Path) -> None:
    with working(read_settings({"SHIPLEDGER_HOME": str(tmp_path)})) as jobs:
        asked = [datetime.now(UTC)]
        for _ in range(3):
            done(jobs, "cleanup")
            asked.append(datetime.now(UTC))
        created = [job.created_at or asked[0] for job in jobs.jobs(kinds=("cleanup",))]
    assert created == sorted(created, reverse=True)
    for before, at, after in zip(asked, reversed(created), asked[1:], strict=False):
        assert before < at < after


@pytest.mark.long
def test_a_queued_job_that_is_cancelled_never_begins_can_be_retried_and_the_running_one_goes_on(
    filled_own: CommandLine, own_business: Sandbox
) -> None:
    reached, go_on = gate(own_business, "/orders")
    with working(settings_of(filled_own)) as jobs:
        backfill = jobs.enqueue("backfill", "mary", **span())
        assert reached.wait(60)
        sync = jobs.enqueue("sync", "mary")
        assert jobs.cancel(sync).status == "cancelled"
        assert done(jobs, "watch").status == "success", "what only looks and mails waits for no writer"
        go_on.set()
        assert ended(jobs, backfill).status == "success"
        assert (ended(jobs, sync).status, jobs.finished_steps(sync)) == ("cancelled", {})
        assert ended(jobs, jobs.retry(sync, "joe")).status == "success"


@pytest.mark.long
def test_what_has_ended_well_or_never_was_is_neither_cancelled_nor_retried(filled_own: CommandLine) -> None:
    with working(settings_of(filled_own)) as jobs:
        synced = done(jobs, "sync").run_id
        for run_id, sentence in ((synced, "ended already: success"), ("no-such-run", "no run no-such-run")):
            with pytest.raises(UsageError, match=sentence):
                jobs.cancel(run_id)
        with pytest.raises(UsageError, match="nothing to retry"):
            jobs.retry(synced, "mary")


@pytest.mark.long
def test_a_failed_job_is_retried_on_the_command_line_with_what_it_was_asked_for(
    filled_own: CommandLine, own_business: Sandbox
) -> None:
    newest = edit_newest(own_business, "on_hold")
    own_business.faults.add(Fault("/shipments", status=500))
    with working(settings_of(filled_own)) as jobs:
        failed = done(jobs, "backfill", **span())
    assert failed.status == "failed"
    own_business.faults.clear()
    again = filled_own.run("retry", failed.run_id, "--actor", "joe")
    assert again.code == 0, again.errors
    assert again.facts["kind"] == "backfill"
    status = f"select order_status from marts.orders_inbox where shipstation_order_id = {newest}"
    assert filled_own.published(status) == [("on_hold",)]
    assert filled_own.run("status").facts["last_runs"]["backfill"]["actor"] == "joe"
    unknown = filled_own.run("cancel", "no-such-run")
    assert (unknown.code, "no run no-such-run" in unknown.facts["error"]) == (2, True)
