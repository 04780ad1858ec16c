"""The dlt source without the worker: in a pipeline of its own, and from the command line."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import dlt
import duckdb
import pytest
from api_rows import ago, fulfillment, order, pacific_now, shipment, spoil, stamp

from ingest.sources.shipstation.shipstation_source import shipstation_source
from sandbox import Sandbox

PROJECT = Path(__file__).resolve().parents[2]
Run = Callable[..., dict[str, int]]


@pytest.fixture
def run(box: Sandbox, tmp_path: Path) -> Run:
    """Runs the source once in a new process's pipeline; returns how many rows each table was loaded with."""

    def once(start_date: str = "2020-01-01", **cursor: Any) -> dict[str, int]:
        pipeline = dlt.pipeline(
            "alone",
            pipelines_dir=str(tmp_path / "pipelines"),
            destination=dlt.destinations.duckdb(str(tmp_path / "alone.duckdb")),
            dataset_name="shop",
        )
        source = shipstation_source("sandbox", "sandbox", start_date, box.url, requests_per_minute=1_000_000)
        if cursor:
            source.orders.apply_hints(incremental=dlt.sources.incremental("changed_at", **cursor))
        pipeline.run(source, loader_file_format="parquet")
        counts: dict[str, int] = pipeline.last_trace.last_normalize_info.row_counts
        return {name: counts.get(name, 0) for name in ("orders", "shipments", "fulfillments")}

    return once


def stored(database: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_a_second_run_loads_only_what_changed(box: Sandbox, run: Run, tmp_path: Path) -> None:
    box.book.put_order(order(1, ago(days=40)))
    box.book.put_order(order(2, ago(minutes=5)))
    box.book.put_order(order(3, ago(minutes=4)))
    box.book.put_shipment(shipment(7, 1, ago(days=30)))
    box.book.put_shipment(shipment(8, 3, ago(minutes=3)))
    box.book.put_fulfillment(fulfillment(9, 2, ago(minutes=3)))
    assert run() == {"orders": 3, "shipments": 2, "fulfillments": 1}
    assert run() == {"orders": 0, "shipments": 0, "fulfillments": 0}
    box.book.put_order(order(2, ago(minutes=1), orderStatus="shipped"))
    box.book.put_order(order(4, ago(minutes=30)))
    box.book.put_shipment(shipment(7, 1, ago(days=30), voided=True, voidDate=stamp(pacific_now())))
    assert run() == {"orders": 2, "shipments": 1, "fulfillments": 0}, "also what became visible late"
    database = tmp_path / "alone.duckdb"
    statuses = stored(database, "select order_id, payload->>'$.orderStatus' from shop.orders order by 1")
    assert statuses == [
        (1, "awaiting_shipment"),
        (2, "shipped"),
        (3, "awaiting_shipment"),
        (4, "awaiting_shipment"),
    ]
    voided = stored(database, "select shipment_id, payload->>'$.voided' from shop.shipments order by 1")
    assert voided == [(7, "true"), (8, "false")]


def test_a_date_that_has_not_come_moves_no_cursor_and_an_unreadable_row_holds_up_no_other(
    box: Sandbox, run: Run, tmp_path: Path
) -> None:
    box.book.put_order(order(1, ago(days=2)))
    box.book.put_order(order(2, ago(days=-2000)))
    spoil(box, "orders", order(3, ago(days=1)), b'"\x01"')
    assert run()["orders"] == 2
    box.book.put_order(order(4, ago(hours=3)))
    run()
    loaded = stored(tmp_path / "alone.duckdb", "select order_id, changed_at is null from shop.orders order by 1")
    assert loaded == [(1, False), (2, True), (4, False)]


def test_a_span_can_be_loaded_again_and_moves_no_cursor(box: Sandbox, run: Run) -> None:
    for day in range(1, 5):
        box.book.put_order(order(day, ago(days=day)))
    assert run(start_date=(datetime.now(UTC) - timedelta(days=2, hours=1)).isoformat())["orders"] == 2
    now = datetime.now(UTC)
    span = {"initial_value": now - timedelta(days=10), "end_value": now - timedelta(days=3, hours=-1)}
    assert run(**span)["orders"] == 2
    assert run()["orders"] == 0


def test_the_command_loads_into_a_duckdb_file_that_dlt_knows(box: Sandbox, tmp_path: Path) -> None:
    box.book.put_order(order(1, ago(days=2)))
    box.book.put_order(order(2, ago(days=400)))
    (tmp_path / ".dlt").mkdir()
    (tmp_path / ".dlt" / "secrets.toml").write_text('[sources.shipstation]\napi_secret = "sandbox"\n')
    environment = {
        **os.environ,
        "PYTHONPATH": str(PROJECT),
        "DLT_DATA_DIR": str(tmp_path / "dlt"),
        "SOURCES__SHIPSTATION__API_KEY": "sandbox",
        "SOURCES__SHIPSTATION__START_DATE": ago(days=100).date().isoformat(),
    }

    def ran(*command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", *command], cwd=tmp_path, env=environment, capture_output=True, text=True
        )

    loading = ["ingest.sources.shipstation", "--base-url", box.url]
    first = ran(*loading)
    assert first.returncode == 0, first.stderr
    assert "LOADED" in first.stdout
    assert first.stderr == ""
    assert stored(tmp_path / "shipstation.duckdb", "select order_id from raw_shipstation.orders") == [(1,)]
    known = ran("dlt", "pipeline", "shipstation", "info")
    assert "dataset_name: raw_shipstation" in known.stdout, known.stderr
    environment["SOURCES__SHIPSTATION__API_KEY"] = "wrong"
    refused = ran(*loading, "other.duckdb")
    assert (refused.returncode, refused.stdout) == (78, "")
    assert refused.stderr.startswith("ShipStation rejected the credentials")
    assert "SOURCES__SHIPSTATION__API_SECRET" in refused.stderr
    del environment["SOURCES__SHIPSTATION__API_KEY"]
    missing = ran(*loading)
    assert missing.returncode == 78
    assert "SOURCES__SHIPSTATION__API_KEY" in missing.stderr
