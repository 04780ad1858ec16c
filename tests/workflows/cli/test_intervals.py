"""How often what runs by itself is due: as configured, evenly, the upload after the import."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from croniter import croniter

from tests.contract_tables import create_tables, insert
from workflows.cli.schedule import every, may_start, schedule_of
from workflows.config.settings import Settings
from workflows.config.settings_reader import read_settings
from workflows.entries.switches import SWITCHES, turn_switch
from workflows.errors import ConfigurationError
from workflows.monitoring.timetable import DAILY

ALL_OF_IT = {
    "SHIPLEDGER_XCART_PATH": "/srv/orders.xml",
    "SHIPLEDGER_ALLOW_UPLOAD": "1",
    "SHIPLEDGER_LEGACY_URL": "former.db",
    "SHIPSTATION_API_KEY": "key",
    "SHIPSTATION_API_SECRET": "secret",
}
MIDNIGHT = datetime(2026, 11, 20, tzinfo=UTC)


def due(cron: str) -> list[int]:
    """The minutes of a day at which something is due."""
    coming = croniter(cron, MIDNIGHT - timedelta(seconds=1))
    minutes = []
    while (at := coming.get_next(datetime)) < MIDNIGHT + timedelta(days=1):
        minutes.append(int((at - MIDNIGHT).total_seconds()) // 60)
    return minutes


@pytest.mark.parametrize("first_minute", [0, 1])
@pytest.mark.parametrize("minutes", [1, 2, 5, 12, 30, 60, 120, 720, 1440])
def test_what_is_due_every_so_many_minutes_is_due_evenly_all_day(minutes: int, first_minute: int) -> None:
    begins = first_minute % minutes
    assert due(every(minutes, first_minute)) == list(range(begins, 24 * 60, minutes))


def test_without_a_word_it_is_five_minutes_and_two_hours_for_the_comparison(tmp_path: Path) -> None:
    often = {
        kind: due(cron)[:2]
        for kind, cron in schedule_of(read_settings(ALL_OF_IT | {"SHIPLEDGER_HOME": str(tmp_path)})).items()
        if kind not in DAILY
    }
    assert often == {
        "sync": [0, 5], "watch": [0, 5], "import-xcart": [0, 5], "upload": [1, 6], "parity": [0, 120],
    }  # fmt: skip


def test_each_interval_is_a_setting_of_its_own() -> None:
    chosen = {"SYNC": 10, "IMPORT": 15, "UPLOAD": 20, "PARITY": 60}
    variables = {f"SHIPLEDGER_{name}_MINUTES": str(minutes) for name, minutes in chosen.items()}
    schedule = schedule_of(read_settings(ALL_OF_IT | variables))
    assert {kind: due(schedule[kind])[:2] for kind in ("sync", "import-xcart", "upload", "parity")} == {
        "sync": [0, 10], "import-xcart": [0, 15], "upload": [1, 21], "parity": [0, 60],
    }  # fmt: skip


@pytest.mark.parametrize("name", ["SYNC", "IMPORT", "UPLOAD", "PARITY"])
@pytest.mark.parametrize("text", ["0", "-5", "7", "2.5", "45", "90", "2880", "five", "5 min", "٥"])
def test_an_interval_that_a_schedule_cannot_keep_is_refused_by_its_name(name: str, text: str) -> None:
    with pytest.raises(ConfigurationError, match=f"SHIPLEDGER_{name}_MINUTES: '{text}' minutes.*1, 2, 3, 4, 5, 6"):
        read_settings({f"SHIPLEDGER_{name}_MINUTES": text})


def test_a_sync_is_due_each_hour_at_the_least() -> None:
    assert read_settings({"SHIPLEDGER_SYNC_MINUTES": " 60 "}).sync_minutes == 60
    with pytest.raises(ConfigurationError, match="SHIPLEDGER_SYNC_MINUTES: '120' minutes"):
        read_settings({"SHIPLEDGER_SYNC_MINUTES": "120"})
    assert read_settings({"SHIPLEDGER_PARITY_MINUTES": "1440"}).parity_minutes == 1440


@pytest.mark.parametrize(
    ("missing", "kind"),
    [
        ("SHIPLEDGER_XCART_PATH", "import-xcart"),
        ("SHIPLEDGER_ALLOW_UPLOAD", "upload"),
        ("SHIPLEDGER_LEGACY_URL", "parity"),
    ],
)
def test_what_is_not_configured_is_not_scheduled(missing: str, kind: str) -> None:
    assert set(schedule_of(read_settings(ALL_OF_IT))) == set(SWITCHES)
    configured = {name: value for name, value in ALL_OF_IT.items() if name != missing}
    assert set(SWITCHES) - set(schedule_of(read_settings(configured))) == {kind}


def shop(home: Path, **changes: str) -> Settings:
    return read_settings(ALL_OF_IT | {"SHIPLEDGER_HOME": str(home)} | changes)


def publish(home: Path, name: str, *orders: tuple[str, str, str | None]) -> None:
    """A snapshot with orders of the shop: number, state, what the last upload did."""
    folder = home / "published"
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(folder / name)) as connection:
        create_tables(connection)
        insert(connection, "local_orders", "order_number, state, upload_event", orders)
    (folder / "current.duckdb").unlink(missing_ok=True)
    (folder / "current.duckdb").symlink_to(name)


@pytest.mark.parametrize(
    ("state", "event", "waits"),
    [
        ("waiting", None, True),
        ("waiting", "held", True),
        ("uploaded", "sending", True),
        ("uploaded", "uploaded", False),
        ("in_shipstation", "uploaded", False),
        ("shipped", None, False),
    ],
)
def test_an_upload_begins_by_itself_while_an_order_waits_or_has_no_answer(
    tmp_path: Path, state: str, event: str | None, waits: bool
) -> None:
    assert not may_start(shop(tmp_path), "upload")
    publish(tmp_path, "a.duckdb", ("671825", "shipped", "uploaded"), ("671826", state, event))
    assert may_start(shop(tmp_path), "upload") == waits


def test_an_upload_needs_its_permission_credentials_and_its_switch(tmp_path: Path) -> None:
    publish(tmp_path, "a.duckdb", ("671825", "waiting", None))
    assert may_start(shop(tmp_path), "upload")
    for name, value in (("ALLOW_UPLOAD", "0"), ("ALLOW_UPLOAD", "yes")):
        assert not may_start(shop(tmp_path, **{f"SHIPLEDGER_{name}": value}), "upload")
    assert not may_start(shop(tmp_path, SHIPSTATION_API_SECRET=""), "upload")
    turn_switch(shop(tmp_path).operations, "upload", False, "mary")
    assert not may_start(shop(tmp_path), "upload")


def test_a_snapshot_that_cannot_be_read_lets_the_upload_begin_and_say_why(tmp_path: Path) -> None:
    publish(tmp_path, "a.duckdb", ("671825", "shipped", "uploaded"))
    (tmp_path / "published" / "a.duckdb").write_text("no database")
    assert may_start(shop(tmp_path), "upload")
