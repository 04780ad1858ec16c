"""Names of carriers, services and stores that cannot be read: the run succeeds, and health says since when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest
from command_line import CommandLine

from sandbox import Fault, Sandbox
from workflows.config.wall_clock import clock
from workflows.monitoring.health import check_names

ZONE = ZoneInfo("America/Chicago")
READ_AT = datetime(2026, 1, 9, 18, 30, tzinfo=UTC)
SERVICES = (
    "select distinct service_code, service_name from marts.orders_inbox where service_name is not null order by 1"
)


@pytest.mark.parametrize(
    ("facts", "is_ok", "detail"),
    [
        (None, True, ""),
        ({"orders_changed": 1}, True, ""),
        ({"reference_lists_at": READ_AT, "reference_lists_problem": None}, True, "2026-01-09 12:30 CST"),
        (
            {"reference_lists_at": READ_AT, "reference_lists_problem": "HTTP 500."},
            False,
            "Not read since 2026-01-09 12:30 CST; the names known then stay. HTTP 500.",
        ),
        ({"reference_lists_at": None, "reference_lists_problem": "HTTP 500."}, False, "Not read yet. HTTP 500."),
        (
            {"reference_lists_at": None, "reference_lists_problem": None},
            False,
            "Not read yet. The next sync reads them.",
        ),
    ],
)
def test_names_are_stale_from_the_run_on_that_could_not_read_them(
    facts: dict[str, Any] | None, is_ok: bool, detail: str
) -> None:
    check = check_names(facts, ZONE)
    assert (check.is_ok, check.detail) == (is_ok, detail)


@pytest.mark.long
def test_a_sync_succeeds_without_names_keeps_the_known_ones_and_health_says_since_when_they_are_stale(
    filled_own: CommandLine, own_business: Sandbox
) -> None:
    read_at = datetime.now(UTC).replace(microsecond=0) - timedelta(days=3)
    with duckdb.connect(str(filled_own.home / "warehouse.duckdb")) as connection:
        connection.execute(
            "update raw_shipstation.watermarks set watermark_at = ? where resource = 'reference_lists'", [read_at]
        )
    known = filled_own.published(SERVICES)
    assert known
    own_business.faults.add(Fault("/carriers", status=500))
    own_business.faults.add(Fault("/stores", status=404))
    own_business.book.edit_order(
        max(record.id for record in own_business.book.table("orders")),
        datetime.now(UTC),
        {"orderStatus": "on_hold"},
    )
    answer = filled_own.run("sync")
    assert (answer.code, answer.facts["orders_changed"]) == (0, 1)
    assert filled_own.published(SERVICES) == known
    health = filled_own.run("health")
    assert health.code == 1
    (failed,) = (check for check in health.facts["checks"] if not check["is_ok"])
    assert failed["name"] == "names fresh"
    assert f"Not read since {clock(read_at, ZONE)}" in failed["detail"]
    own_business.faults.clear()
    assert filled_own.run("sync").code == 0
    assert filled_own.run("health").code == 0
