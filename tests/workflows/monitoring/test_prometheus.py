"""The metrics: what each says, in a format that Prometheus can read, and nothing written on the way."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from homes import settings_of
from own_worker import working

from tests.contract_tables import create_tables, insert
from workflows.config.home_directory import prepare_home
from workflows.config.settings import Settings
from workflows.config.worker_lock import WorkerLock
from workflows.cycle.last_read import Read, note_read
from workflows.jobs.client import job_client
from workflows.monitoring.check_log import record_results
from workflows.monitoring.checks import Check
from workflows.monitoring.condition_checks import CONDITIONS
from workflows.monitoring.prometheus import Metric, format_metrics, read_metrics

LINE = re.compile(r'(shipledger_[a-z_]+)(\{(?:[a-z]+="(?:[^"\\]|\\.)*",?)+\})? (\S+)')
POSTGRES = "postgresql://ledger:the-word@127.0.0.1:9/jobs"


def figures(text: str) -> dict[str, float]:
    """Every sample by its name and labels; fails on a line that is none."""
    assert text.endswith("\n")
    found = {}
    for line in text.splitlines():
        if not line.startswith("# "):
            match = LINE.fullmatch(line)
            assert match is not None, line
            found[match[1].removeprefix("shipledger_") + (match[2] or "")] = float(match[3])
    return found


def publish(settings: Settings, as_of: datetime) -> None:
    prepare_home(settings)
    with duckdb.connect(str(settings.published / "a.duckdb")) as connection:
        create_tables(connection)
        insert(connection, "snapshot_info", "as_of, timezone", [(as_of, "America/Chicago")])
        kinds = [("unknown_sku", "error")] * 2 + [("lot_overdrawn", "warning")]
        rows = [(str(at), *kind, "Dana Doe", as_of) for at, kind in enumerate(kinds)]
        columns = "exception_id, exception_type, severity, detail, first_seen_at"
        insert(connection, "exceptions", columns, rows)
    (settings.published / "current.duckdb").symlink_to("a.duckdb")


def everything_in(home: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in home.rglob("*") if path.is_file()}


def test_ages_exceptions_and_checks_are_those_of_the_home(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    now = datetime.now(UTC)
    publish(settings, now - timedelta(minutes=10))
    note_read(settings.operations, Read(now - timedelta(minutes=20), now - timedelta(hours=3)))
    checks = [Check("keys are unique", "", True, ""), Check("page answers", "", False, "no")]
    record_results(settings.operations, now - timedelta(days=1), "older", [Check("gone", "", False, "")])
    record_results(settings.operations, now, "a.duckdb", checks)
    found = figures(read_metrics(settings))
    assert found["snapshot_age_seconds"] == pytest.approx(600, abs=60)
    assert found["last_read_age_seconds"] == pytest.approx(1200, abs=60)
    assert found["watermark_age_seconds"] == pytest.approx(3 * 3600, abs=60)
    assert found['open_exceptions{type="unknown_sku",severity="error"}'] == 2
    assert found['open_exceptions{type="lot_overdrawn",severity="warning"}'] == 1
    assert found['check_ok{check="keys are unique"}'] == 1
    assert found['check_ok{check="page answers"}'] == 0
    assert 'check_ok{check="gone"}' not in found
    assert found['condition_ok{condition="credentials"}'] == 0
    assert found['condition_ok{condition="health"}'] == 0
    assert found['condition_ok{condition="tests"}'] == 1
    assert len([name for name in found if name.startswith("condition_ok")]) == len(CONDITIONS)
    assert found["worker_running"] == 0


def test_the_queue_is_counted_while_a_worker_runs(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    prepare_home(settings)
    with working(settings):
        pass
    # The lock says that a worker runs; without its threads the job stays where it is.
    lock = WorkerLock(settings.home)
    assert lock.acquire()
    with job_client(settings) as jobs:
        jobs.enqueue("sync", "mary")
        found = figures(read_metrics(settings))
    lock.release()
    assert found['jobs{status="queued"}'] == 1
    assert found['jobs{status="running"}'] == 0
    assert found["worker_running"] == 1


@pytest.mark.parametrize("database", [{}, {"SHIPLEDGER_SYSTEM_DATABASE_URL": POSTGRES}])
def test_an_empty_home_has_metrics_and_stays_empty(tmp_path: Path, database: dict[str, str]) -> None:
    settings = settings_of(tmp_path / "home", **database)
    text = read_metrics(settings)
    assert figures(text)['condition_ok{condition="snapshot"}'] == 0
    assert "shipledger_snapshot_age_seconds gauge" in text
    assert not (tmp_path / "home").exists()


def test_reading_the_metrics_changes_no_file_and_repeats_no_secret_and_no_name(tmp_path: Path) -> None:
    settings = settings_of(
        tmp_path,
        SHIPSTATION_API_KEY="the-key",
        SHIPSTATION_API_SECRET="the-secret",
        SHIPLEDGER_METRICS_TOKEN="the-token-of-the-metrics",
    )
    publish(settings, datetime.now(UTC))
    with working(settings):
        pass
    before = everything_in(settings.home)
    text = read_metrics(settings)
    assert everything_in(settings.home) == before
    assert not [word for word in ("the-key", "the-secret", "the-token", "Dana", str(tmp_path)) if word in text]


def test_labels_are_escaped() -> None:
    text = format_metrics([Metric("check_ok", "Checks.", (({"check": 'a "b"\\\nc'}, 1.0),))])
    assert text.splitlines()[-1] == r'shipledger_check_ok{check="a \"b\"\\\nc"} 1'
    assert LINE.fullmatch(text.splitlines()[-1])
