"""A warehouse of an earlier release noted no spans: what can be proved is adopted once, and nothing more."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import dlt
import duckdb
import pytest
from api_rows import ago, order, rows

from ingest.client.account import Account
from ingest.pipeline import Warehouse
from ingest.sources.shipstation import worker_tables
from ingest.sources.shipstation.adoption import Backfilled, adopt_spans
from ingest.sources.shipstation.load import load_backfill_window, load_changes
from sandbox import Sandbox

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def earlier(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The release before: its loads note no spans."""
    monkeypatch.setattr(worker_tables, "_spans_resource", lambda _: dlt.resource([], name="nothing"))
    return monkeypatch


def upgraded(warehouse: Warehouse, *backfills: Backfilled) -> list[tuple[Any, ...]]:
    """The orders' spans after the upgrade, in a process of its own, as the widest stretch of each kind."""
    adopt_spans(replace(warehouse, scratch=warehouse.scratch.with_name("later")), backfills)
    return rows(
        warehouse,
        "select from_at, until_at, moves_watermark from raw_shipstation.read_spans where list_name = 'orders'"
        " and arrived_by = 'proof' order by from_at",
    )


@pytest.mark.long
def test_the_syncs_of_an_earlier_release_prove_what_lies_between_their_watermarks(
    box: Sandbox, account: Account, warehouse: Warehouse, earlier: pytest.MonkeyPatch
) -> None:
    box.book.put_order(order(1, ago(days=80)))
    box.book.put_order(order(2, ago(days=50)))
    load_backfill_window(account, warehouse, datetime.now(UTC) - 90 * DAY, None)
    box.book.put_order(order(3, ago(hours=2)))
    last = load_changes(account, warehouse).watermark_after
    earlier.undo()
    [(begin, end, moves)] = upgraded(warehouse)
    assert abs(begin - (datetime.now(UTC) - 50 * DAY)) < 2 * HOUR, (
        "the backfill's own span is not proved by its rows"
    )
    assert (end, moves) == (last, True)
    adopt_spans(warehouse, [])
    assert len(rows(warehouse, "from raw_shipstation.read_spans where list_name = 'orders'")) == 1


def test_a_watermark_that_was_lost_splits_what_is_proved(
    box: Sandbox, account: Account, warehouse: Warehouse, earlier: pytest.MonkeyPatch
) -> None:
    box.book.put_order(order(1, ago(days=85)))
    load_backfill_window(account, warehouse, datetime.now(UTC) - 90 * DAY, None)
    with duckdb.connect(str(warehouse.path)) as connection:
        connection.execute(
            "update raw_shipstation.watermarks set noted_at = noted_at - interval 80 day;"
            "insert into raw_shipstation.watermarks by name"
            " select resource, null as watermark_at, now() - interval 1 minute as noted_at, _dlt_load_id"
            " from raw_shipstation.watermarks where watermark_at is not null"
        )
    box.book.put_order(order(2, ago(hours=2)))
    load_changes(account, warehouse)
    earlier.undo()
    (_, first_end, first_moves), (second_begin, _, second_moves) = upgraded(warehouse)
    assert (first_moves, second_moves) == (False, True)
    assert first_end < datetime.now(UTC) - 84 * DAY
    assert abs(second_begin - (datetime.now(UTC) - 30 * DAY)) < HOUR


def test_backfills_are_proved_by_what_their_jobs_were_asked_unless_another_warehouse_held_them(
    box: Sandbox, account: Account, warehouse: Warehouse, earlier: pytest.MonkeyPatch
) -> None:
    now = datetime.now(UTC)
    box.book.put_order(order(1, ago(days=40)))
    load_backfill_window(account, warehouse, now - 90 * DAY, None)
    earlier.undo()
    spans = upgraded(
        warehouse,
        Backfilled(now - 90 * DAY, None, now, now + HOUR),
        Backfilled(now - 200 * DAY, now - 150 * DAY, now, now + HOUR),
        Backfilled(now - 700 * DAY, None, now - 9 * DAY, now - 8 * DAY),
    )
    assert [(begin, end) for begin, end, moves in spans if not moves] == [
        (now - 200 * DAY, now - 150 * DAY),
        (now - 90 * DAY, now),
    ]
