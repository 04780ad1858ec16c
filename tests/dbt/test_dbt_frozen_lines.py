"""Frozen lines outlive the warehouse, cannot be altered unseen, and are made of what was published."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
import raw_tables
from closing import close, publish_marts, settings_of
from dbt.cli.main import dbtRunnerResult
from ledger_under_test import PROJECT, Ledger, copy_closes, failures
from shipstation_payloads import label, line, order

from workflows.closes.freezing import close_week, freeze_month
from workflows.config.snapshots import current_snapshot, open_snapshot
from workflows.cycle.dbt_runner import FULL, WARM
from workflows.entries.closed_months import altered_months
from workflows.errors import ShipledgerError, UsageError

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
    closed: Ledger, new_ledger: Callable[..., Ledger]
) -> None:
    rebuilt = new_ledger(NOON)
    copy_closes(closed.home, rebuilt.home)
    trade(rebuilt, after=1)
    with rebuilt.connect() as connection:
        raw_tables.load_closes(connection, settings_of(rebuilt).operations, "closes")
    rebuilt.build()
    december = "select * from {} where date_trunc('month', charge_date) = date '2025-12-01' order by all"
    billed = closed.rows(december.format("charge_report_daily"))
    assert rebuilt.rows(december.format("charge_report_daily")) == billed
    assert rebuilt.rows("select * from charge_restatements") == []
    listed = rebuilt.rows("select severity, detail from exceptions where exception_type = 'missing_history'")
    assert listed == [
        ("error", "1 shipments billed in December 2025 are not in the warehouse. Nothing is restated until "
         "the changes since 2025-12-01 are loaded."),
    ]  # fmt: skip
    publish_marts(rebuilt, "run-2")
    with pytest.raises(ShipledgerError, match="Run `backfill --since 2025-12-01`"):
        freeze_month(settings_of(rebuilt), date(2026, 1, 1), "tester", "run-2")
    trade(rebuilt, "load-2")
    rebuilt.build()
    assert report(rebuilt) == report(closed)
    assert rebuilt.rows("select count(*) from exceptions where exception_type = 'missing_history'") == [(0,)]


@pytest.fixture(scope="module")
def closed(built: Ledger, tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    """The same with December closed."""
    ledger = built.copy(tmp_path_factory.mktemp("closed"), NOON)
    close(ledger, DECEMBER)
    return ledger


def failed(result: dbtRunnerResult) -> list[str]:
    """The names of the nodes that failed; those after them are skipped."""
    return [node.node.name for node in result.result.results if str(node.status) in ("error", "fail")]


def rewrite(file: Path, change: str) -> None:
    """Write a file again with DuckDB, its rows changed."""
    with duckdb.connect() as connection:
        connection.execute(f"create table lines as select {change} from read_parquet('{file}')")
        connection.execute(f"copy lines to '{file}' (format parquet)")


def damage(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def pretend(file: Path) -> None:
    """Put the lines of another house in place of ours: the same rows, written by themselves."""
    rewrite(file, "*")


NOT_HASHED = (
    "The frozen lines of December 2025 are not those that were hashed when it was closed. "
    "Put frozen/2025-12.parquet back from a backup."
)
FOREIGN = "frozen/2025-11.parquet belongs to no closed month. Move it out of the home, or put operations.sqlite"


@pytest.mark.parametrize(
    ("tamper", "sentence"),
    [
        (lambda file: rewrite(file, "* replace (unit_count - 1 as unit_count)"), NOT_HASHED),
        pytest.param(damage, NOT_HASHED, marks=pytest.mark.long),
        (lambda file: os.truncate(file, file.stat().st_size // 2), NOT_HASHED),
        (Path.unlink, NOT_HASHED),
        (pretend, NOT_HASHED),
        pytest.param(
            lambda file: shutil.copy(file, file.with_name("2025-11.parquet")), FOREIGN, marks=pytest.mark.long
        ),
        (lambda file: file.rename(file.with_name("2025-11.parquet")), NOT_HASHED + "|" + FOREIGN),
        (lambda file: file.with_name("2025-11.parquet").write_text("no lines"), FOREIGN),
    ],
    ids=["a figure", "a bit", "cut short", "lost", "swapped", "copied", "another month", "no lines"],
)
def test_a_file_that_is_not_what_was_hashed_stops_the_build_before_anything_reads_it(
    closed: Ledger, tmp_path: Path, tamper: Callable[[Path], object], sentence: str
) -> None:
    ledger = closed.copy(tmp_path, NOON)
    before = report(ledger)
    tamper(settings_of(ledger).frozen / "2025-12.parquet")
    result = ledger.run("build", *WARM, "--select", "stg_frozen__files+")
    assert failed(result) == ["stg_frozen__files"], "what reads the lines is not built"
    assert any(part in failures(result) for part in sentence.split("|"))
    assert report(ledger) == before


@pytest.mark.long
def test_a_damaged_file_stops_a_full_build_too_and_the_build_is_green_when_it_is_back(
    closed: Ledger, tmp_path: Path
) -> None:
    ledger = closed.copy(tmp_path, NOON)
    before = report(ledger)
    file = settings_of(ledger).frozen / "2025-12.parquet"
    content = file.read_bytes()
    damage(file)
    result = ledger.run("build", *FULL)
    assert failed(result) == ["stg_frozen__files"]
    assert NOT_HASHED in failures(result)
    file.write_bytes(content)
    ledger.build_everything()
    assert report(ledger) == before


def test_a_row_in_the_file_of_the_columns_counts_nowhere(closed: Ledger, tmp_path: Path) -> None:
    ledger = closed.copy(tmp_path, NOON)
    before = report(ledger)
    shutil.copy(settings_of(ledger).frozen / "2025-12.parquet", settings_of(ledger).frozen / "columns.parquet")
    ledger.build()
    assert report(ledger) == before


def test_a_home_that_was_moved_reads_its_own_files(closed: Ledger, tmp_path: Path) -> None:
    (tmp_path / "before").mkdir()
    (tmp_path / "after").mkdir()
    before = closed.copy(tmp_path / "before", NOON)
    after = before.copy(tmp_path / "after", NOON)
    shutil.rmtree(before.home)
    after.build()
    assert report(after) == report(closed)


@pytest.mark.parametrize(
    "default",
    [
        pytest.param(True, id="data beside it", marks=pytest.mark.long),
        pytest.param(False, id="SHIPLEDGER_HOME", marks=pytest.mark.long),
    ],
)
def test_dbt_by_hand_finds_the_files_of_the_home(closed: Ledger, tmp_path: Path, default: bool) -> None:
    """Only the models about closed months: a first build by hand takes minutes."""
    project = shutil.copytree(PROJECT, tmp_path / "dbt_project", ignore=shutil.ignore_patterns("target", "logs"))
    (tmp_path / "data").mkdir()
    ledger = closed.copy(tmp_path / "data", NOON)
    with duckdb.connect(str(ledger.marts)) as marts:
        marts.execute("delete from marts.closed_months")
    environment = {name: text for name, text in os.environ.items() if not name.startswith("SHIPLEDGER_")}
    if not default:
        ledger = Ledger((tmp_path / "data").rename(tmp_path / "elsewhere"), None)
        environment["SHIPLEDGER_HOME"] = str(ledger.home)
    chosen = ["stg_operations__frozen_months", "stg_frozen__files", "int_months_closed", "stg_frozen__lines"]
    done = subprocess.run(
        [Path(sys.executable).with_name("dbt"), "build", "--select", *chosen, "closed_months"],
        cwd=project,
        env=environment | {"DBT_PROFILES_DIR": "."},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    assert ledger.rows("select month from closed_months") == [(DECEMBER,)]


def test_the_store_refuses_to_change_what_is_frozen_and_notices_a_file_that_was_changed(ledger: Ledger) -> None:
    settings = settings_of(ledger)
    freeze_month(settings, DECEMBER, "tester", "run-1")
    assert altered_months(settings) == []
    with closing(sqlite3.connect(settings.operations)) as connection:
        connection.execute(_A_WEEK)
        for table in ("frozen_months", "closed_weeks"):
            for statement in (f"update {table} set seq = 7", f"delete from {table}"):
                with pytest.raises(sqlite3.IntegrityError, match="a change is a restatement in the next month"):
                    connection.execute(statement)
    damage(settings.frozen / "2025-12.parquet")
    assert altered_months(settings) == [DECEMBER]
    with pytest.raises(
        ShipledgerError, match=r"lines of December 2025 are not those .* Put frozen/2025-12.parquet back"
    ):
        freeze_month(settings, DECEMBER, "tester", "run-3")
    (settings.frozen / "2025-12.parquet").unlink()
    assert altered_months(settings) == [DECEMBER]


def test_a_file_of_a_month_that_is_not_closed_is_not_written_over(ledger: Ledger) -> None:
    settings = settings_of(ledger)
    (settings.frozen / "2025-12.parquet").write_text("not ours")
    with pytest.raises(ShipledgerError, match=r"frozen/2025-12.parquet exists, but December 2025 is not closed"):
        freeze_month(settings, DECEMBER, "tester", "run-1")
    assert (settings.frozen / "2025-12.parquet").read_text() == "not ours"


def test_a_month_is_frozen_once_and_closing_it_again_is_a_version_with_the_same_lines(ledger: Ledger) -> None:
    settings = settings_of(ledger)
    first = freeze_month(settings, date(2025, 12, 17), "anna", "run-1")
    assert (first.month, first.version, first.already_frozen) == (DECEMBER, 1, False)
    assert freeze_month(settings, DECEMBER, "anna", "run-1") == replace(first, already_frozen=True)
    assert freeze_month(settings, DECEMBER, "ben", "run-2") == replace(first, already_frozen=True)
    forced = freeze_month(settings, DECEMBER, "ben", "run-3", again=True)
    assert (forced.version, forced.actor, forced.content_hash) == (2, "ben", first.content_hash)
    file = settings.frozen / "2025-12.parquet"
    kinds = Counter(line["line_kind"] for line in pq.read_table(file).to_pylist())
    assert (kinds["day"], kinds["carrier"]) == (30, 1), "30 days from the first shipment on, one carrier"
    assert hashlib.sha256(file.read_bytes()).hexdigest() == first.content_hash == first.evidence_hash
    assert [path.stat().st_mode & 0o777 for path in (settings.frozen, file)] == [0o700, 0o600]


def test_a_month_and_a_week_are_closed_while_the_same_process_reads_the_snapshot(ledger: Ledger) -> None:
    """The page's parity and watch jobs run in the worker's process, beside the close."""
    settings = settings_of(ledger)
    snapshot = current_snapshot(settings)
    assert snapshot is not None
    with open_snapshot(snapshot) as reading:
        assert freeze_month(settings, DECEMBER, "anna", "run-1").snapshot == snapshot.name
        assert close_week(settings, date(2026, 1, 7), "anna", "run-2").snapshot == snapshot.name
        assert reading.execute("select count(*) > 0 from marts.charge_report_daily").fetchall() == [(True,)]


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
