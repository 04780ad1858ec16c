"""The state of the system, from a snapshot and an outbox made by hand."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from tests.contract_tables import create_tables, insert
from workflows.config.operations_database import open_operations_database
from workflows.config.settings import Settings
from workflows.config.settings_reader import read_settings
from workflows.config.snapshots import room_for_snapshots
from workflows.cycle.published_state import Published, read_published
from workflows.jobs.client import job_client
from workflows.mail.outbox import note, queue_mail
from workflows.monitoring.system_state import read_system_state

NOW = datetime(2026, 11, 20, 18, tzinfo=UTC)
MAIL = {
    "SHIPLEDGER_SMTP_URL": "smtp://127.0.0.1:25",
    "SHIPLEDGER_MAIL_FROM": "ledger@example.com",
    "SHIPLEDGER_MAIL_TO": "owner@example.com, dana@example.com",
}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    published = tmp_path / "published"
    published.mkdir()
    with duckdb.connect(str(published / "s.duckdb")) as snapshot:
        create_tables(snapshot)
        columns = "as_of, today, timezone"
        insert(snapshot, "snapshot_info", columns, [(NOW, date(2026, 11, 20), "America/Chicago")])
        columns = "sku_code, product_name, alert_level, quantity_available, days_of_supply, reorder_point"
        levels = (("17904", "low"), ("17612", "critical"), ("18795", "normal"))
        insert(snapshot, "inventory_current", columns, [(sku, "Kit", level, 5, 3.0, 10) for sku, level in levels])
        lots = [("17612", "250300", 0), ("17612", "250237", -9), ("17904", "250001", 7), ("17904", "250002", -1)]
        insert(snapshot, "lot_inventory", "sku_code, lot_number, quantity_on_hand", lots)
        kinds = ("ghost_order", "ghost_order", "work_in_progress", "unknown_sku", "shipped_without_lines")
        insert(snapshot, "exceptions", "exception_type", [(kind,) for kind in kinds])
        # The one that began last is the last read, wherever it stands.
        runs = [("a", 1, 3), ("b", 0, 1), ("c", 2, 4), ("d", -1, None)]
        marks = [
            (run, NOW - timedelta(hours=began), NOW - timedelta(hours=mark) if mark else None)
            for run, began, mark in runs
        ]
        insert(snapshot, "sync_runs", "run_id, started_at, watermark_after", marks)
    (published / "current.duckdb").symlink_to("s.duckdb")
    return read_settings(MAIL | {"SHIPLEDGER_HOME": str(tmp_path)})


def test_a_snapshot_tells_what_is_short_below_zero_and_excepted_and_how_far_changes_are_known(
    settings: Settings,
) -> None:
    published = read_published(settings)
    assert (published.file, published.as_of) == ("s.duckdb", NOW)
    assert published.read is not None
    assert published.read.watermark == NOW - timedelta(hours=1)
    assert [(row["sku_code"], row["alert_level"]) for row in published.stock] == [
        ("17612", "critical"),
        ("17904", "low"),
    ]
    # A lot at zero is empty, not below it.
    assert [(row["lot_number"], row["quantity_on_hand"]) for row in published.negative_lots] == [
        ("250237", -9),
        ("250002", -1),
    ]
    assert {kind: count for kind, _severity, count in published.exceptions}["ghost_order"] == 2


def test_before_the_first_snapshot_there_is_nothing_to_tell(tmp_path: Path) -> None:
    assert read_published(read_settings({"SHIPLEDGER_HOME": str(tmp_path)})) == Published()


def test_the_room_on_the_disk_is_counted_in_snapshots_of_the_current_ones_size(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = (settings.published / "s.duckdb").stat().st_size
    usage = shutil.disk_usage(settings.home)
    for free, room in ((3 * size, 3), (3 * size - 1, 2), (0, 0)):
        monkeypatch.setattr("shutil.disk_usage", lambda _path, free=free: usage._replace(free=free))
        assert room_for_snapshots(settings) == room


def test_a_mail_is_lost_when_it_was_given_up_for_any_reader_and_listed_once(settings: Settings) -> None:
    for key in ("lost", "sent", "uncertain", "waits"):
        queue_mail(settings, key, f"Mail that is {key}", "Body", [])
    with open_operations_database(settings.operations) as store:
        for reader in settings.mail.recipients if settings.mail else ():
            note(store, "lost", reader, "given_up", "", NOW)
            note(store, "sent", reader, "sent", "", NOW)
            note(store, "uncertain", reader, "handing_over", "", NOW)
        note(store, "waits", "owner@example.com", "failed", "", NOW)
    with job_client(settings) as jobs:
        state = read_system_state(settings, jobs, read_published(settings), NOW)
    assert state.lost_mail == ["Mail that is lost"]
    assert state.empty_orders == 4, "open and shipped ones, and those confirmed as work in progress"
    assert (state.snapshot_at, state.watermark) == (NOW, NOW - timedelta(hours=1))
    assert (state.has_credentials, state.failures, state.sync_seconds) == (False, [], None)
