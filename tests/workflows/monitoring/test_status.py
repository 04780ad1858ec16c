"""What `status` says: severities, times in the business's time zone, the latest closed period."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
from homes import settings_of

from tests.contract_tables import create_tables, insert
from workflows.cli.output import describe_status
from workflows.config.home_directory import prepare_home
from workflows.config.settings import Settings
from workflows.cycle.last_read import Read, note_read
from workflows.entries.close_log import Close, record_close
from workflows.monitoring.status import read_status

# 14:03 in Chicago, on the day before the clock change.
AT = datetime(2026, 10, 31, 19, 3, tzinfo=UTC)


def publish(settings: Settings) -> None:
    """A snapshot with exceptions of each severity, and a run that read ShipStation."""
    prepare_home(settings)
    with duckdb.connect(str(settings.published / "a.duckdb")) as connection:
        create_tables(connection)
        insert(connection, "snapshot_info", "as_of, timezone", [(AT, "America/Chicago")])
        insert(
            connection,
            "sync_runs",
            "run_id, kind, status, started_at, watermark_after",
            [
                ("1", "sync", "success", AT - timedelta(hours=2), AT),
                ("2", "sync", "running", AT - timedelta(hours=1), AT - timedelta(hours=3)),
                ("3", "sync", "failed", AT, None),
            ],
        )
        kinds = [("unassigned_lot", "info")] * 2 + [("lot_overdrawn", "warning"), ("lot_overdrawn", "info")]
        rows = [(str(at), *kind, AT) for at, kind in enumerate([*kinds, ("unknown_sku", "error")])]
        insert(connection, "exceptions", "exception_id, exception_type, severity, first_seen_at", rows)
    (settings.published / "current.duckdb").symlink_to("a.duckdb")


def test_exceptions_stand_in_status_with_their_own_severity_the_worst_first(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    publish(settings)
    facts = read_status(settings)
    found = [(one["level"], one["message"]) for one in facts["alerts"] if "of type" in one["message"]]
    assert found == [
        ("error", "1 exception of type unknown_sku."),
        ("warning", "1 exception of type lot_overdrawn."),
        ("info", "1 exception of type lot_overdrawn."),
        ("info", "2 exceptions of type unassigned_lot."),
    ]
    lines = describe_status(facts).splitlines()
    assert "Error      1 exception of type unknown_sku." in lines


def test_times_are_written_in_the_business_s_time_zone_and_given_to_programs_as_instants(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    publish(settings)
    close(settings, "eod", "2026-10-31", 1)
    note_read(settings.operations, Read(AT + timedelta(days=1), AT))
    facts = read_status(settings)
    assert (facts["watermark"], facts["read_at"], facts["freshness"]["as_of"]) == (AT, AT + timedelta(days=1), AT)
    lines = describe_status(facts).splitlines()
    assert "Last read  2026-11-01 13:03 CST" in lines
    assert "Watermark  2026-10-31 14:03 CDT" in lines
    assert "Snapshot   a.duckdb (of 2026-10-31 14:03 CDT)" in lines
    assert "Closed     eod 2026-10-31, by mary at 2026-10-31 14:03 CDT: version 1" in lines
    assert "+00:00" not in describe_status(facts)


def test_a_home_of_an_earlier_release_takes_the_last_read_from_its_snapshot(tmp_path: Path) -> None:
    """Of the last run that read, also when its watermark lies before that of an earlier one."""
    settings = settings_of(tmp_path)
    publish(settings)
    facts = read_status(settings)
    assert (facts["read_at"], facts["watermark"]) == (AT - timedelta(hours=1), AT - timedelta(hours=3))


def test_closed_names_the_latest_period_and_not_the_one_that_was_closed_last(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    prepare_home(settings)
    for kind, period, version in (
        ("eom", "2026-09", 1),
        ("eom", "2026-10", 1),
        ("eom", "2026-10", 2),
        ("eom", "2025-12", 1),
        ("eow", "2026-10-26", 1),
        ("eow", "2026-09-28", 1),
        ("eow", "2026-09-28", 2),
    ):
        close(settings, kind, period, version)
    closed = read_status(settings)["closes"]
    assert {kind: done and (done["period"], done["version"]) for kind, done in closed.items()} == {
        "eod": None,
        "eow": ("2026-10-26", 1),
        "eom": ("2026-10", 2),
    }


def close(settings: Settings, kind: str, period: str, version: int) -> None:
    record_close(
        settings.operations,
        Close(kind, period, version, f"run {version}", "mary", AT, "a.duckdb", {"summary": f"version {version}"}),
    )
