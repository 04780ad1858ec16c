"""A kill at any point leaves a month open or closed, and an earlier release's lines unconverted or converted."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest
import raw_tables
from closing import bill, close, come, freeze, lines, pass_time, publish_marts, restated, settings_of
from earlier_release import take_back_to_the_earlier_release
from ledger_under_test import Ledger
from shipstation_payloads import label, line, order

from ingest.pipeline import Warehouse
from ingest.sources.operations.operations_source import load_operations
from workflows.closes.freezing import freeze_month
from workflows.config.settings import PROJECT, Settings
from workflows.entries.closed_months import altered_months, closes_of_month, open_closed_periods, prepare_closes
from workflows.errors import ShipledgerError

DECEMBER, JANUARY = date(2025, 12, 1), date(2026, 1, 1)
NOON = datetime(2026, 1, 9, 18, tzinfo=UTC)


@pytest.fixture(scope="module")
def built(new_ledger: Callable[..., Ledger]) -> Ledger:
    """Two orders of December and one entry, published on 9 January; nothing is closed."""
    ledger = new_ledger(NOON)
    orders = [order(1, [line("17612", 5)]), order(2, [line("18795", 10)])]
    labels = [label(101, 1, "2025-12-02", [line("17612", 5)]), label(102, 2, "2025-12-30", [line("18795", 10)])]
    come(ledger, "load-1", orders, labels)
    with ledger.connect() as connection:
        raw_tables.enter(connection, "e0", "receive", "2025-12-31", "17904", 10, "250240")
    ledger.build()
    publish_marts(ledger, "run-1")
    return ledger


@pytest.fixture(scope="module")
def closed(built: Ledger, tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    """December closed, and January with a restatement of it."""
    ledger = built.copy(tmp_path_factory.mktemp("closed"), NOON)
    freeze(ledger, DECEMBER)
    come(ledger, "load-2", [], [label(102, 2, "2025-12-30", [line("18795", 10)], shipmentCost=9.5)])
    pass_time(ledger, date(2026, 2, 3))
    close(ledger, JANUARY)
    return ledger


def kill(ledger: Ledger, act: str, point: str) -> None:
    program = Path(__file__).with_name("killed_freezes.py")
    done = subprocess.run(
        [sys.executable, str(program), str(ledger.home), act, point],
        env=os.environ | {"PYTHONPATH": str(PROJECT)},
        capture_output=True,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()


def files(settings: Settings) -> list[str]:
    return sorted(path.name for path in settings.frozen.glob("*.parquet"))


@pytest.mark.parametrize(
    ("point", "counts"),
    [("before the file", False), ("after the file", False), ("after the row", False), ("before its name", True)],
)
def test_a_killed_freeze_leaves_an_open_month_or_a_closed_one_and_the_next_attempt_the_same_file(
    built: Ledger, tmp_path: Path, point: str, counts: bool
) -> None:
    ledger = built.copy(tmp_path, NOON)
    settings = settings_of(ledger)
    shutil.copytree(settings_of(built).published, settings.published, symlinks=True)
    kill(ledger, "freeze", point)
    assert files(settings) == ["columns.parquet"]
    with closing(sqlite3.connect(settings.operations)) as store:
        assert store.execute("select count(*) from frozen_months").fetchall() == [(int(counts),)]
    frozen = freeze_month(settings, DECEMBER, "anna", "run-1")
    assert (frozen.version, frozen.already_frozen) == (1, counts)
    assert sorted(path.name for path in settings.frozen.iterdir()) == ["2025-12.parquet", "columns.parquet"]
    assert altered_months(settings) == []


@pytest.mark.long
def test_an_earlier_release_s_months_are_converted_with_the_hash_on_their_invoices_and_every_figure(
    closed: Ledger, tmp_path: Path
) -> None:
    ledger = closed.copy(tmp_path, datetime(2026, 2, 3, 18, tzinfo=UTC))
    settings = settings_of(ledger)
    printed = take_back_to_the_earlier_release(settings)
    billed = [lines(ledger, month) for month in (DECEMBER, JANUARY)]
    prepare_closes(settings)
    assert altered_months(settings) == []
    with open_closed_periods(settings) as store:
        converted = {month: closes_of_month(store, month)[0] for month in (DECEMBER, JANUARY)}
        tables = {name for (name,) in store.execute("select name from sqlite_master where type = 'table'")}
        with pytest.raises(sqlite3.IntegrityError, match="frozen_months are never changed"):
            store.execute("update frozen_months set evidence_hash = 'mine'")
    assert {month: close.content_hash for month, close in converted.items()} == {
        month: content for month, (content, _) in printed.items()
    }
    assert "frozen_lines" not in tables
    with ledger.connect() as connection:
        raw_tables.load_closes(connection, settings.operations, "closes")
    ledger.build()
    assert [lines(ledger, month) for month in (DECEMBER, JANUARY)] == billed
    assert ledger.rows("select month, content_hash from closed_months order by month") == [
        (month, content) for month, (content, _) in printed.items()
    ]
    come(ledger, "load-3", [], [label(102, 2, "2025-12-30", [line("18795", 10)])])
    ledger.build()
    assert [row[6:] for row in restated(ledger)] == [
        (115, "postage of label 102 changed from 8.35 to 9.50"),
        (-115, "taken back: postage of label 102 changed from 8.35 to 9.50"),
    ]
    assert bill(ledger, date(2026, 2, 1))[3] == -115
    ledger.assert_same_as_full_build()


@pytest.mark.long
@pytest.mark.parametrize(
    "point",
    ["before a month is converted", "after a month is converted", "after the lines go", "before its name"],
)
def test_a_killed_conversion_loses_nothing(closed: Ledger, tmp_path: Path, point: str) -> None:
    ledger = closed.copy(tmp_path, NOON)
    settings = settings_of(ledger)
    before = {name: (settings.frozen / name).read_bytes() for name in files(settings)}
    take_back_to_the_earlier_release(settings)
    kill(ledger, "open", point)
    prepare_closes(settings)
    assert {name: (settings.frozen / name).read_bytes() for name in files(settings)} == before
    assert [path for path in settings.frozen.iterdir() if path.suffix != ".parquet"] == []
    assert altered_months(settings) == []


def test_lines_that_were_altered_before_the_conversion_are_not_converted(closed: Ledger, tmp_path: Path) -> None:
    settings = settings_of(closed.copy(tmp_path, NOON))
    take_back_to_the_earlier_release(settings)
    with closing(sqlite3.connect(settings.operations)) as store, store:
        store.execute("drop trigger frozen_lines_are_never_changed")
        store.execute("update frozen_lines set line = replace(line, '835', '900') where line_kind = 'day'")
    with pytest.raises(
        ShipledgerError, match=r"lines of December 2025 are not those .* Put operations.sqlite back"
    ):
        prepare_closes(settings)
    assert files(settings) == ["columns.parquet"]
    with closing(sqlite3.connect(settings.operations)) as store:
        assert store.execute("select count(*) from frozen_lines where line like '%900%'").fetchone()[0] > 0


def test_the_warehouse_of_an_earlier_release_gets_the_new_hashes_and_loses_the_lines(
    closed: Ledger, tmp_path: Path
) -> None:
    settings = settings_of(closed.copy(tmp_path, NOON))
    settings.warehouse.unlink()
    warehouse = Warehouse(settings.warehouse, tmp_path / "scratch")
    assert load_operations(settings.operations, warehouse) == 2
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute("update raw_operations.frozen_months set evidence_hash = 'of the lines as JSON'")
        connection.execute("create table raw_operations.frozen_lines (seq bigint, line varchar)")
    assert load_operations(settings.operations, warehouse) == 2
    with open_closed_periods(settings) as store:
        hashes = {month: closes_of_month(store, month)[0].evidence_hash for month in (DECEMBER, JANUARY)}
    with duckdb.connect(str(settings.warehouse)) as connection:
        loaded = connection.execute(
            "select month::date, evidence_hash from raw_operations.frozen_months"
        ).fetchall()
        left = connection.execute("from duckdb_tables() where table_name = 'frozen_lines'").fetchall()
    assert (dict(loaded), left) == (hashes, [])
    assert load_operations(settings.operations, warehouse) == 0
