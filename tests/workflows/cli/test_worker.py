from __future__ import annotations

import json
import signal
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from command_line import CommandLine, answer_of
from gates import edit_newest, gate, until
from homes import lose_an_order

from sandbox import Sandbox
from workflows.config.worker_lock import WorkerLock


def edit_second_newest(box: Sandbox, status: str) -> int:
    second = sorted(record.id for record in box.book.table("orders"))[-2]
    box.book.edit_order(second, datetime.now(UTC), {"orderStatus": status})
    return second


def test_two_syncs_at_once_one_works_and_the_other_gets_its_id(
    filled_own: CommandLine, own_business: Sandbox
) -> None:
    reached, go_on = gate(own_business, "/orders")
    first = filled_own.start("sync", "--json")
    assert reached.wait(60)
    second = filled_own.run("sync")
    go_on.set()
    worked = answer_of(first)
    assert (worked.code, second.code) == (0, 75)
    assert second.facts["run_id"] == worked.facts["run_id"]
    assert "already queued or running" in second.facts["error"]


@pytest.mark.long
def test_a_sync_during_a_backfill_waits_for_it_and_then_works(
    filled_own: CommandLine, own_business: Sandbox
) -> None:
    reached, go_on = gate(own_business, "/orders")
    since = (datetime.now(UTC) - timedelta(days=9)).date().isoformat()
    backfill = filled_own.start("backfill", "--since", since, "--json")
    assert reached.wait(60)
    sync = filled_own.start("sync", "--json")
    waiting = until(
        lambda: [job["kind"] for job in filled_own.run("status").facts["open_jobs"]], ["sync", "backfill"]
    )
    go_on.set()
    assert waiting
    assert (answer_of(backfill).code, answer_of(sync).code) == (0, 0)


def test_a_killed_sync_is_finished_by_the_next_one_and_nothing_is_lost(
    filled_own: CommandLine, own_business: Sandbox
) -> None:
    newest = edit_newest(own_business, "cancelled")
    reached, go_on = gate(own_business, "/shipments")
    first = filled_own.start("sync", "--json")
    assert reached.wait(60)
    left_behind = filled_own.run("status").facts["open_jobs"]
    first.send_signal(signal.SIGKILL)
    first.communicate()
    go_on.set()
    later = edit_second_newest(own_business, "on_hold")
    answer = filled_own.run("sync")
    assert answer.code == 0, answer.errors
    assert filled_own.published(
        f"select order_status from marts.orders_inbox where shipstation_order_id = {later}"
    ) == [("on_hold",)]
    runs = "select run_id, status from marts.sync_runs where kind = 'sync' order by started_at"
    assert filled_own.published(runs)[0] == (left_behind[0]["run_id"], "success")
    assert answer.facts["run_id"] != left_behind[0]["run_id"]
    status = f"select order_status from marts.orders_inbox where shipstation_order_id = {newest}"
    assert filled_own.published(status) == [("cancelled",)]


def test_a_dead_workers_lock_is_free_at_once_and_a_live_ones_never(
    filled_own: CommandLine, own_business: Sandbox
) -> None:
    reached, go_on = gate(own_business, "/orders")
    process = filled_own.start("sync", "--json")
    assert reached.wait(60)
    lock = WorkerLock(filled_own.home)
    assert not lock.acquire()
    process.kill()
    process.communicate()
    assert lock.acquire()
    lock.release()
    go_on.set()


def test_sigterm_ends_a_sync_with_a_sentence_and_the_next_run_goes_on(
    filled_own: CommandLine, own_business: Sandbox
) -> None:
    newest = edit_newest(own_business, "on_hold")
    reached, go_on = gate(own_business, "/fulfillments")
    process = filled_own.start("sync")
    assert reached.wait(60)
    process.send_signal(signal.SIGTERM)
    _out, errors = process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGTERM
    assert "The next run resumes what was under way" in errors
    go_on.set()
    assert filled_own.run("sync").code == 0
    status = f"select order_status from marts.orders_inbox where shipstation_order_id = {newest}"
    assert filled_own.published(status) == [("on_hold",)]


@pytest.mark.long
def test_a_red_build_publishes_nothing_and_the_failed_test_is_in_status(
    filled_own: CommandLine, own_business: Sandbox
) -> None:
    before = (filled_own.home / "published" / "current.duckdb").readlink()
    edit_newest(own_business, "on_hold")
    lose_an_order(filled_own.home)
    answer = filled_own.run("sync")
    assert answer.code == 1
    assert "red" in answer.facts["error"]
    assert (filled_own.home / "published" / "current.duckdb").readlink() == before
    facts = filled_own.run("status").facts
    assert facts["failed_tests"]
    assert facts["last_runs"]["sync"]["status"] == "failed"


def test_serve_runs_the_page_and_the_worker_and_ends_cleanly(
    filled_own: CommandLine, own_business: Sandbox
) -> None:
    newest = edit_newest(own_business, "on_hold")
    process = filled_own.start("serve", "--port", "0", "--json")
    try:
        assert process.stdout is not None
        announced: dict[str, Any] = json.loads(process.stdout.readline())
        assert announced["page"].startswith("http://localhost:")
        status = f"select order_status from marts.orders_inbox where shipstation_order_id = {newest}"
        assert until(lambda: filled_own.published(status), [("on_hold",)])
        second = filled_own.run("serve", "--port", "0")
        assert second.code == 75
        assert until(lambda: filled_own.run("status").facts["open_jobs"], [])
        followed = filled_own.run("sync")
        assert followed.code == 0
        assert filled_own.run("status").facts["worker_running"] is True
        assert "`serve` has run since" in worker_check(filled_own)
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    assert process.returncode == 0
    assert filled_own.run("status").facts["worker_running"] is False
    assert "`serve` was stopped at" in worker_check(filled_own)


def worker_check(command: CommandLine) -> str:
    """What `health` says of the worker; it and all other checks pass."""
    answer = command.run("health")
    assert (answer.code, answer.facts["failed"]) == (0, [])
    return next(str(check["detail"]) for check in answer.facts["checks"] if check["name"] == "worker running")


def test_a_demo_refuses_a_home_that_holds_an_account(filled: CommandLine) -> None:
    answer = filled.run("demo", "--once")
    assert answer.code == 2
    assert "must not touch" in answer.facts["error"]
