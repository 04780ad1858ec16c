from __future__ import annotations

from datetime import UTC, datetime, timedelta

from command_line import CommandLine, answer_of
from gates import edit_newest, gate, until

from sandbox import Fault, Sandbox


def open_run(command: CommandLine, kind: str) -> str:
    """The id of the queued or running job of a kind, as `status` tells it."""
    found: list[str] = []

    def look() -> bool:
        found[:] = [job["run_id"] for job in command.run("status").facts["open_jobs"] if job["kind"] == kind]
        return bool(found)

    assert until(look, True)
    return found[0]


def test_a_running_job_that_is_cancelled_ends_publishes_nothing_and_leaves_the_way_free(
    filled_own: CommandLine, own_business: Sandbox
) -> None:
    newest = edit_newest(own_business, "on_hold")
    before = (filled_own.home / "published" / "current.duckdb").readlink()
    reached, go_on = gate(own_business, "/orders")
    sync = filled_own.start("sync", "--json")
    assert reached.wait(60)
    cancelled = filled_own.run("cancel", open_run(filled_own, "sync"))
    go_on.set()
    ended = answer_of(sync)
    assert (cancelled.code, cancelled.facts["status"]) == (0, "cancelled")
    assert (ended.code, "was cancelled" in ended.facts["error"]) == (1, True)
    assert (filled_own.home / "published" / "current.duckdb").readlink() == before
    assert filled_own.run("status").facts["last_runs"]["sync"]["status"] == "cancelled"
    assert filled_own.run("sync").code == 0
    status = f"select order_status from marts.orders_inbox where shipstation_order_id = {newest}"
    assert filled_own.published(status) == [("on_hold",)]


def test_a_queued_job_that_is_cancelled_never_begins_and_the_running_one_goes_on(
    filled_own: CommandLine, own_business: Sandbox
) -> None:
    reached, go_on = gate(own_business, "/orders")
    since = (datetime.now(UTC) - timedelta(days=9)).date().isoformat()
    backfill = filled_own.start("backfill", "--since", since, "--json")
    assert reached.wait(60)
    sync = filled_own.start("sync", "--json")
    cancelled = filled_own.run("cancel", open_run(filled_own, "sync"))
    assert answer_of(sync).code == 1
    go_on.set()
    assert (cancelled.code, answer_of(backfill).code) == (0, 0)
    assert filled_own.published(
        "select count(*) from marts.sync_runs where kind = 'sync' and started_at is null"
    ) == [(0,)]


def test_a_failed_job_is_retried_with_what_it_was_asked_for(
    filled_own: CommandLine, own_business: Sandbox
) -> None:
    newest = edit_newest(own_business, "on_hold")
    own_business.faults.add(Fault("/shipments", status=500))
    since = (datetime.now(UTC) - timedelta(days=3)).date().isoformat()
    assert filled_own.run("backfill", "--since", since).code == 75
    own_business.faults.clear()
    failed = filled_own.run("status").facts["last_runs"]["backfill"]
    again = filled_own.run("retry", failed["run_id"], "--actor", "mary")
    assert again.code == 0, again.errors
    assert again.facts["kind"] == "backfill"
    status = f"select order_status from marts.orders_inbox where shipstation_order_id = {newest}"
    assert filled_own.published(status) == [("on_hold",)]
    assert filled_own.run("status").facts["last_runs"]["backfill"]["actor"] == "mary"


def test_what_has_ended_well_or_never_was_is_neither_cancelled_nor_retried(filled: CommandLine) -> None:
    done = filled.run("sync").facts["run_id"]
    for command in ("cancel", "retry"):
        assert filled.run(command, done).code == 2
        unknown = filled.run(command, "no-such-run")
        assert (unknown.code, "no run no-such-run" in unknown.facts["error"]) == (2, True)
