"""Frozen lines outlive the warehouse, cannot be altered unseen, and are made of what was published."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import raw_tables
from closing import close, publish_marts, settings_of
from ledger_under_test import Ledger, failures
from shipstation_payloads import label, line, order

from workflows.errors import ShipledgerError, UsageError
from workflows.frozen import altered_months, close_week, freeze_month

DECEMBER = date(2025, 12, 1)
_A_WEEK = (
    "insert or ignore into closed_weeks (week_start_date, version, snapshot, run_id, actor, closed_at)"
    " values ('2025-12-01', 1, 'snapshot', 'run', 'tester', '2026-01-09')"
)
NOON = datetime(2026, 1, 9, 18, tzinfo=UTC)


@pytest.fixture(scope="module")
def built(new_ledger: Callable[..., Ledger]) -> Ledger:
    """Two orders of December, published on 9 January; nothing is closed."""
    ledger = new_ledger(NOON)
    trade(ledger)
    ledger.build()
    publish_marts(ledger, "run-1")
    return ledger


def trade(ledger: Ledger, load_id: str = "load-1", *, after: int = 0) -> None:
    """Load the business's orders with an id above `after`, as a backfill does."""
    orders = [order(1, [line("17612", 5)]), order(2, [line("18795", 10)])]
    labels = [label(101, 1, "2025-12-02", [line("17612", 5)]), label(102, 2, "2025-12-30", [line("18795", 10)])]
    with ledger.connect() as connection:
        raw_tables.load(connection, "orders", orders[after:], load_id, arrived_by="backfill")
        raw_tables.load(connection, "shipments", labels[after:], load_id, arrived_by="backfill")


@pytest.fixture
def ledger(built: Ledger, tmp_path: Path) -> Ledger:
    copy = built.copy(tmp_path, NOON)
    shutil.copytree(settings_of(built).published, settings_of(copy).published, symlinks=True)
    return copy


def report(ledger: Ledger) -> list[list[tuple[object, ...]]]:
    return [
        ledger.rows(f"select * from {table} order by all")
        for table in ("charge_report_daily", "charge_report_carriers", "charge_report_monthly", "closed_months")
    ]


def test_a_warehouse_built_again_shows_exactly_what_was_billed_and_restates_nothing_it_has_not_loaded(
    ledger: Ledger, new_ledger: Callable[..., Ledger]
) -> None:
    close(ledger, DECEMBER)
    rebuilt = new_ledger(NOON)
    copy_closes(ledger.home, rebuilt.home)
    trade(rebuilt, after=1)
    with rebuilt.connect() as connection:
        raw_tables.load_closes(connection, settings_of(rebuilt).operations, "closes")
    rebuilt.build()
    december = "select * from {} where date_trunc('month', charge_date) = date '2025-12-01' order by all"
    billed = ledger.rows(december.format("charge_report_daily"))
    assert rebuilt.rows(december.format("charge_report_daily")) == billed
    assert rebuilt.rows("select * from charge_restatements") == []
    listed = rebuilt.rows("select severity, detail from exceptions where exception_type = 'missing_history'")
    assert listed == [
        ("error", "1 shipments billed in December 2025 are not in the warehouse. Nothing is restated until "
         "`backfill --since 2025-12-01` has loaded them."),
    ]  # fmt: skip
    publish_marts(rebuilt, "run-2")
    with pytest.raises(ShipledgerError, match="Run `backfill --since 2025-12-01`"):
        freeze_month(settings_of(rebuilt), date(2026, 1, 1), "tester", "run-2")
    trade(rebuilt, "load-2")
    rebuilt.build()
    assert report(rebuilt) == report(ledger)
    assert rebuilt.rows("select count(*) from exceptions where exception_type = 'missing_history'") == [(0,)]


@pytest.mark.parametrize(
    ("kind", "was", "became"), [("day", '"unit_count":5', '"unit_count":4'), ("detail", "17612:5", "17612:4")]
)
def test_a_frozen_line_that_was_altered_stops_the_build_with_a_sentence(
    ledger: Ledger, kind: str, was: str, became: str
) -> None:
    close(ledger, DECEMBER)
    with ledger.connect() as connection:
        connection.execute(
            "update raw_operations.frozen_lines set line = replace(line, ?, ?) where line_kind = ?",
            [was, became, kind],
        )
    result = ledger.run("build", "--full-refresh", "--exclude-resource-type", "unit_test")
    assert not result.success
    assert "The frozen lines of December 2025 are not those that were hashed when it was closed." in failures(
        result
    )


def test_the_store_refuses_to_change_what_is_frozen_and_notices_when_it_was_forced_to(ledger: Ledger) -> None:
    store = settings_of(ledger).operations
    close(ledger, DECEMBER)
    assert altered_months(store) == []
    with closing(sqlite3.connect(store)) as connection:
        connection.execute(_A_WEEK)
        for table in ("frozen_lines", "frozen_months", "closed_weeks"):
            for statement in (f"update {table} set seq = 7", f"delete from {table}"):
                with pytest.raises(sqlite3.IntegrityError, match="a change is a restatement in the next month"):
                    connection.execute(statement)
        connection.execute("drop trigger frozen_lines_are_never_changed")
        connection.execute("update frozen_lines set line = replace(line, '835', '900') where line_kind = 'day'")
        connection.commit()
    assert altered_months(store) == [DECEMBER]
    with pytest.raises(ShipledgerError, match="The frozen lines of December 2025 are not those"):
        freeze_month(settings_of(ledger), DECEMBER, "tester", "run-3")


def test_a_month_is_frozen_once_and_closing_it_again_is_a_version_with_the_same_lines(ledger: Ledger) -> None:
    settings = settings_of(ledger)
    first = freeze_month(settings, date(2025, 12, 17), "anna", "run-1")
    assert (first.month, first.version, first.already_frozen) == (DECEMBER, 1, False)
    assert freeze_month(settings, DECEMBER, "anna", "run-1") == replace(first, already_frozen=True)
    assert freeze_month(settings, DECEMBER, "ben", "run-2") == replace(first, already_frozen=True)
    forced = freeze_month(settings, DECEMBER, "ben", "run-3", again=True)
    assert (forced.version, forced.actor, forced.content_hash) == (2, "ben", first.content_hash)
    with closing(sqlite3.connect(settings.operations)) as connection:
        rows = connection.execute(
            "select line_kind || '|' || line_key || '|' || line from frozen_lines"
            " where line_kind in ('day', 'carrier', 'restatement') order by line_kind, line_key"
        ).fetchall()
    assert len(rows) == 30 + 1, "30 days from the first shipment on, one carrier"
    assert hashlib.sha256("\n".join(row[0] for row in rows).encode()).hexdigest() == first.content_hash


def test_a_month_that_is_still_to_come_or_is_newer_than_the_snapshot_or_has_no_charges_is_refused(
    ledger: Ledger,
) -> None:
    settings = settings_of(ledger)
    with pytest.raises(UsageError, match=r"That lies in the future: .* can be closed from"):
        freeze_month(settings, settings.today() + timedelta(days=32), "tester", "run-1")
    with pytest.raises(
        ShipledgerError, match=r"is of 2026-01-09, when January 2026 could not be closed. Run `sync`"
    ):
        freeze_month(settings, date(2026, 1, 31), "tester", "run-1")
    with pytest.raises(UsageError, match="October 2025 has no charges"):
        freeze_month(settings, date(2025, 10, 1), "tester", "run-1")


def test_a_week_can_be_closed_from_its_friday_on_and_the_close_is_a_note(ledger: Ledger) -> None:
    settings = settings_of(ledger)
    week = close_week(settings, date(2026, 1, 7), "anna", "run-1")
    assert (week.week_start_date, week.version, week.already_closed) == (date(2026, 1, 5), 1, False)
    assert close_week(settings, date(2026, 1, 5), "ben", "run-2").run_id == "run-1"
    today = settings.today()
    monday = date.fromordinal(today.toordinal() + 7 - today.weekday())
    with pytest.raises(UsageError, match="can be closed from Friday"):
        close_week(settings, monday, "anna", "run-3")
    with ledger.connect() as connection:
        raw_tables.load_closes(connection, settings.operations, "closes")
    ledger.build()
    assert ledger.rows("select week_start_date, version, actor, snapshot from closed_weeks") == [
        (date(2026, 1, 5), 1, "anna", week.snapshot)
    ]
