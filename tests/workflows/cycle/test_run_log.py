"""What a run that reads ShipStation says in the log, and what `sync_runs` keeps of it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import orjson
import pytest
from command_line import CommandLine

from sandbox import Fault, Sandbox
from workflows.cycle.run_log import what_was_read

ZONE = ZoneInfo("America/Chicago")
# Nine minutes later the clock goes back by an hour.
BEFORE = datetime(2026, 11, 1, 6, 51, tzinfo=UTC)
COUNTS = {
    "orders_fetched": 31, "orders_changed": 9, "orders_new": 6, "orders_manual": 2, "orders_updated": 3,
    "labels_new": 5,
}  # fmt: skip


def test_the_line_has_each_order_in_one_number_and_instants_that_the_clock_change_cannot_confuse() -> None:
    marks = {"watermark_before": BEFORE, "watermark_after": BEFORE + timedelta(hours=1)}
    assert what_was_read(COUNTS | marks, ZONE) == (
        "31 orders fetched, 2 imported manual orders, 4 other new orders, 3 updated, 5 new labels; "
        "watermark 2026-11-01 01:51:00-05:00 → 2026-11-01 01:51:00-06:00"
    )
    first = what_was_read(COUNTS | {"watermark_before": None, "watermark_after": BEFORE}, ZONE)
    assert first.endswith("watermark none → 2026-11-01 01:51:00-05:00")


@pytest.mark.long
def test_a_sync_says_on_one_line_each_that_it_starts_and_what_it_read_and_one_that_fails_says_why(
    filled_own: CommandLine, own_business: Sandbox
) -> None:
    newest = max(record.id for record in own_business.book.table("orders"))
    typed = orjson.loads(own_business.book.payload("orders", newest) or b"")
    now = datetime.now(UTC)
    own_business.book.edit_order(newest, now, {"orderStatus": "on_hold"})
    own_business.book.put_order(typed | {"orderId": newest + 1, "orderKey": "typed", "orderNumber": "109998"})
    own_business.book.edit_order(newest + 1, now)
    synced = filled_own.run("sync")
    assert synced.code == 0, synced.errors
    own_business.faults.add(Fault("/orders", status=500))
    assert filled_own.run("sync").code == 75
    lines = (filled_own.home / "logs" / "shipledger.log").read_text().splitlines()
    run_id = synced.facts["run_id"]
    starts, ends = (next(line for line in lines if f"sync {run_id} {word}" in line) for word in ("starts", "ends"))
    at = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d-0[56]:00"
    assert re.fullmatch(rf"{at} INFO workflows.cycle.run_log sync {run_id} starts: watermark {at}", starts)
    assert re.fullmatch(
        rf"{at} INFO workflows.cycle.run_log sync {run_id} ends: \d+ orders fetched, 1 imported manual orders,"
        rf" 0 other new orders, 1 updated, 0 new labels; watermark {at} → {at}; \d+\.\d s",
        ends,
    )
    assert starts.rsplit("watermark ")[-1] == ends.split("watermark ")[1].split(" → ")[0]
    failed = next(line for line in lines[lines.index(ends) + 1 :] if " starts: " in line).split("sync ")[1]
    assert any(f"The step 'load' of run {failed.split(' ')[0]} ended: " in line for line in lines)


def test_sync_runs_splits_what_a_run_brought_as_the_ledger_has_it(filled: CommandLine) -> None:
    """The first load brought each order that was listed; those fetched by their ids alone are in no list."""
    [counted] = filled.published(
        "select orders_new, orders_manual, orders_updated, labels_new, orders_changed from marts.sync_runs"
    )
    [there] = filled.published(
        "select count(*), count(*) filter (where order_origin = 'manual'), 0,"
        " (select count(*) from marts.packages where package_kind <> 'fulfillment'), count(*)"
        " from marts.orders_inbox"
    )
    assert counted == there
