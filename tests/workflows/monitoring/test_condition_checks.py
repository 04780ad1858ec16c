from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from workflows.errors import PublicationRefused
from workflows.lake.lake_note import LakeNote
from workflows.monitoring.check_log import failures_for_digest, record_digest, record_failures, with_since
from workflows.monitoring.checks import Check
from workflows.monitoring.condition_checks import (
    CONDITIONS,
    SystemState,
    condition_of,
    failed_conditions,
    working_time_since,
)

ZONE = ZoneInfo("America/Chicago")
# A Friday, 14:00 in Chicago.
NOW = datetime(2026, 11, 20, 20, tzinfo=UTC)
CALM = SystemState(
    now=NOW,
    zone=ZONE,
    has_credentials=True,
    sync_seconds=60.0,
    read_at=NOW - timedelta(hours=2),
    watermark=NOW - timedelta(days=20),
    snapshot_at=NOW - timedelta(hours=2),
    room_for_snapshots=3,
    empty_orders=10,
)
LESS = PublicationRefused("3 of 9 orders are missing.", {})
SHORT = {
    "sku_code": "17612",
    "product_name": "PT Kit",
    "alert_level": "critical",
    "quantity_available": 4,
    "days_of_supply": 1.5,
    "reorder_point": 50,
}


def keys(**changes: Any) -> list[str]:
    return [check.name for check in failed_conditions(replace(CALM, **changes))]


def test_on_a_calm_day_at_the_limits_every_check_passes() -> None:
    assert keys() == []


@pytest.mark.parametrize(
    ("changes", "raised"),
    [
        ({"has_credentials": False}, ["credentials"]),
        ({"sync_seconds": 60.1}, ["slow sync"]),
        ({"read_at": NOW - timedelta(hours=2, seconds=1)}, ["read"]),
        ({"failed_tests": ["assert_stock_is_conserved"]}, ["tests"]),
        ({"refused_publication": LESS}, ["lost rows"]),
        ({"failures": [("eow", OSError("no room"))]}, ["run eow"]),
        ({"room_for_snapshots": 2}, ["disk"]),
        ({"room_for_snapshots": None}, []),
        ({"lake": LakeNote("dallas", None, NOW)}, []),
        ({"lake": LakeNote("dallas", None, NOW, "It does not answer.")}, ["lake"]),
        ({"reads_lake": True, "has_credentials": False}, []),
        ({"empty_orders": 11}, ["ghosts"]),
        ({"stock": [SHORT]}, ["stock 17612 critical"]),
        (
            {"negative_lots": [{"sku_code": "17612", "lot_number": "250300", "quantity_on_hand": -9}]},
            ["lot 17612 - 250300"],
        ),
        ({"stock": [SHORT | {"alert_level": "low"}]}, ["stock 17612 low"]),
        ({"snapshot_at": None}, ["snapshot"]),
        ({"snapshot_at": NOW - timedelta(hours=2, seconds=1)}, ["snapshot"]),
        ({"unhealthy": ["keys are unique"]}, ["health"]),
        ({"lost_mail": ["Invoice"]}, ["mail Invoice"]),
        ({"open_units": ["17612 (3 there, 0 here)"]}, ["open units"]),
        ({"is_cutover_unfinished": True}, ["cutover"]),
        ({"parity_differences": 1}, ["parity"]),
    ],
)
def test_each_condition_fails_its_own_check_and_no_other(changes: dict[str, Any], raised: list[str]) -> None:
    assert keys(**changes) == raised
    assert {condition_of(name) for name in raised} <= set(CONDITIONS)


def test_what_stops_the_business_is_critical_and_what_can_wait_is_not() -> None:
    everything = replace(
        CALM,
        has_credentials=False,
        failed_tests=["a"],
        refused_publication=LESS,
        failures=[("eow", OSError("no room"))],
        sync_seconds=61,
        lost_mail=["Invoice"],
        read_at=NOW - timedelta(hours=3),
        snapshot_at=None,
        room_for_snapshots=0,
        empty_orders=11,
        open_units=["17612"],
        is_cutover_unfinished=True,
        parity_differences=1,
        unhealthy=["keys are unique"],
        stock=[SHORT, SHORT | {"sku_code": "17904", "alert_level": "low"}],
        negative_lots=[{"sku_code": "17612", "lot_number": "250300", "quantity_on_hand": -9}],
    )
    found = failed_conditions(everything)
    assert [check.name for check in found if check.severity == "warning"] == [
        *("slow sync", "disk", "snapshot", "ghosts", "parity", "stock 17904 low"),
    ]
    assert [check.severity for check in found] == ["critical"] * 11 + ["warning"] * 6


def test_the_worst_comes_first() -> None:
    assert keys(empty_orders=11, has_credentials=False) == ["credentials", "ghosts"]


@pytest.mark.parametrize(
    ("since", "until", "hours"),
    [
        ("2026-11-20 09:00", "2026-11-20 10:30", 1.5),
        ("2026-11-19 16:00", "2026-11-20 09:00", 2.0),
        ("2026-11-20 16:30", "2026-11-23 08:30", 1.0),
        ("2026-11-20 18:00", "2026-11-22 23:00", 0.0),
        ("2026-10-30 16:59", "2026-11-02 08:00", 1 / 60),
    ],
)
def test_only_business_hours_count_over_nights_weekends_and_clock_changes(
    since: str, until: str, hours: float
) -> None:
    begun, ended = (datetime.fromisoformat(at).replace(tzinfo=ZONE).astimezone(UTC) for at in (since, until))
    assert working_time_since(begun, ended, ZONE) == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("now", "read_at", "changed_at", "raised"),
    [
        # A Monday morning: the worker read all weekend and found nothing, whatever the last sync came to.
        ("2026-11-23 08:00", "2026-11-23 07:55", "2026-11-20 13:05", []),
        ("2026-11-23 12:00", "2026-11-23 11:55", "2026-11-20 13:05", []),
        # Its syncs have failed since Sunday: two hours of the Monday pass first.
        ("2026-11-23 10:00", "2026-11-22 23:55", "2026-11-20 13:05", []),
        ("2026-11-23 10:01", "2026-11-22 23:55", "2026-11-20 13:05", ["read"]),
        # It was off from Friday on: at noon on Friday two hours of reads were lost, after four o'clock one.
        ("2026-11-23 08:01", "2026-11-20 12:00", "2026-11-20 12:00", ["read"]),
        ("2026-11-23 08:01", "2026-11-20 16:00", "2026-11-20 13:05", []),
        ("2026-11-23 09:01", "2026-11-20 16:00", "2026-11-20 13:05", ["read"]),
        # Thanksgiving: a quiet working day.
        ("2026-11-26 16:00", "2026-11-26 15:55", "2026-11-25 13:00", []),
    ],
)
def test_the_check_of_reads_fails_when_there_are_none_and_never_because_the_shop_is_quiet(
    now: str, read_at: str, changed_at: str, raised: list[str]
) -> None:
    at = [datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC) for text in (now, read_at, changed_at)]
    assert keys(now=at[0], read_at=at[1], watermark=at[2], snapshot_at=at[0]) == raised


def test_the_check_of_reads_names_both_times_in_the_business_s_time_zone() -> None:
    [check] = failed_conditions(replace(CALM, read_at=NOW - timedelta(hours=3)))
    assert "The last read was at 2026-11-20 11:00 CST, and changes are known up to 2026-10-31 15:00 CDT." in (
        check.detail
    )


def test_a_failure_is_in_one_digest_and_in_another_only_after_the_check_has_passed(tmp_path: Path) -> None:
    store = tmp_path / "operations.sqlite"
    ghosts = Check("ghosts", "11 orders without lines", False, "Complete them.", "warning")
    more = replace(ghosts, title="12 orders without lines")
    hour = timedelta(hours=1)

    def digest(at: datetime) -> list[str]:
        new, last = failures_for_digest(store)
        record_digest(store, last, at)
        return [check.name for check in new]

    assert record_failures(store, [ghosts], NOW) == [replace(ghosts, since=NOW)]
    assert digest(NOW) == ["ghosts"]
    record_failures(store, [more], NOW + hour)
    assert digest(NOW + hour) == []
    assert with_since(store, [more])[0].since == NOW
    assert record_failures(store, [more], NOW + hour) == [replace(more, since=NOW)]
    record_failures(store, [], NOW + 2 * hour)
    assert with_since(store, [ghosts])[0].since is None
    assert record_failures(store, [ghosts], NOW + 3 * hour)[0].since == NOW + 3 * hour
    assert digest(NOW + 3 * hour) == ["ghosts"]
    record_failures(store, [ghosts, Check("credentials", "None", False, "")], NOW + 4 * hour)
    record_failures(store, [ghosts], NOW + 5 * hour)
    assert digest(NOW + 5 * hour) == [], "what has begun and ended since the last digest needs nobody"
    record_failures(store, [], NOW + 6 * hour)
    record_failures(store, [ghosts], NOW + 7 * hour)
    assert digest(NOW + 7 * hour) == ["ghosts"], "a third time, too"
    with closing(sqlite3.connect(store)) as connection:
        for table in ("alarm_turns", "alarm_digests"):
            for change in (f"update {table} set seq = 99", f"delete from {table}"):
                with pytest.raises(sqlite3.IntegrityError, match="never"):
                    connection.execute(change)
