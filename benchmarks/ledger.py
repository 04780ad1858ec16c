"""`python -m benchmarks.ledger [ORDERS]`: a full build of many orders (default 1,000,000), and warm ones.

A sandbox's business of 10,000 orders is loaded once; the large one is the same with every raw row many times, each
payload and id its own, on the same days and in their order, with as many times its receipts. Each is built whole
in a fresh process, as the worker builds it; then both are built warm in turn, and the median of the ratios counts.

Warm builds follow 500 changes. As a cycle brings them: 495 of the 2,000 newest orders and 5 of any age. And spread
evenly over all days, which no cycle brings, and which finds nothing side by side.

With `SHIPLEDGER_BUILD_MEMORY` in the environment, builds have that much memory.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import duckdb

from benchmarks.measure import Row, peak_megabytes, print_table, run_job, settings_for, timed
from sandbox import BusinessPlan, Sandbox, SandboxSettings, generate_business
from workflows.cli.demo_home import begin_demo
from workflows.cli.worker import run_worker
from workflows.config.worker_lock import WorkerLock
from workflows.cycle.engine import Engine
from workflows.cycle.warehouse import Run

_SMALL = 10_000
_WEEKS = 60
_CHANGED, _OLD, _NEWEST = 500, 5, 2_000
_REPEATS = 11
_LIMIT_SECONDS, _LIMIT_MEGABYTES, _LIMIT_RATIO = 60, 4096, 1.5
_LISTS = {"orders": "order_id", "shipments": "shipment_id", "fulfillments": "fulfillment_id"}
_KINDS = {"recent": "as a cycle brings them", "spread": "spread over all days"}
# Copies of one row lie between it and the next one, also by their ids.
_APART = 1_000
_PICKED = {
    "recent": f"""
        (from newest order by hash(order_id + $number) limit {_CHANGED - _OLD})
        union all
        (select order_id from raw_shipstation.orders anti join newest using (order_id)
         order by hash(order_id - $number) limit {_OLD})
    """,
    "spread": f"""
        select order_id
        from (
            select
                order_id,
                row_number() over (order by create_date, order_id) as place,
                count(*) over () as orders
            from raw_shipstation.orders
        )
        where (place + $number * 7) % (orders // {_CHANGED}) = 0
    """,
}


def main() -> None:
    """Measure both sizes and print the table."""
    if sys.argv[1:2] == ["--full"]:
        print(json.dumps(_measure_full(Path(sys.argv[2]))))
        return
    if sys.argv[1:2] == ["--warm"]:
        print(json.dumps(_measure_warm([Path(home) for home in sys.argv[2:]])))
        return
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        small, large = Path(folder) / "small", Path(folder) / "large"
        _load(small)
        large.mkdir()
        shutil.copy(small / "warehouse.duckdb", large)
        orders = _grow(large / "warehouse.duckdb", wanted)
        _aside("--full", small)
        full = _aside("--full", large)
        rows = [Row(f"full build, {orders:,} orders", full["seconds"], _LIMIT_SECONDS, None, _memory(full))]
        for kind, (few, many) in _aside("--warm", small, large).items():
            ratio = median(large / small for small, large in zip(few, many, strict=True))
            note = f"{ratio:.2f} times the small one, limit {_LIMIT_RATIO}"
            rows += [
                Row(f"warm, {_CHANGED} of {_SMALL:,}, {_KINDS[kind]}", median(few)),
                Row(
                    f"warm, {_CHANGED} of {orders:,}, {_KINDS[kind]}", median(many),
                    median(few) * _LIMIT_RATIO, None, note,
                ),
            ]  # fmt: skip
        print_table("The ledger's builds, dbt's parsing left out of the warm ones", rows)


def _memory(facts: dict[str, float]) -> str:
    return f"peak {facts['megabytes']:,.0f} MB, limit {_LIMIT_MEGABYTES:,}; {facts['gigabytes']:.1f} GB on disk"


def _load(home: Path) -> None:
    """A home with the small business as ingest leaves it, receipts included, not yet built at its size."""
    book = generate_business(BusinessPlan(weeks=_WEEKS, orders_per_day=_SMALL / _WEEKS / 7))
    with Sandbox(SandboxSettings(rate_limit=1_000_000, trade_every_seconds=0), book) as box:
        settings = settings_for(home, box.url)
        begin_demo(settings, book.receipts)
        lock = WorkerLock(home)
        lock.acquire()
        with run_worker(settings) as jobs:
            since = (datetime.now(UTC) - timedelta(weeks=_WEEKS + 2)).isoformat()
            run_job(jobs, "backfill", since=since, until=None)
        lock.release()


def _grow(warehouse: Path, orders: int) -> int:
    """Have every raw row many times, until there are so many orders; gives how many there are."""
    with duckdb.connect(str(warehouse)) as connection:
        [(present,)] = connection.execute("select count(*) from raw_shipstation.orders").fetchall()
        copies = -(-orders // present)
        assert copies <= _APART, "the sandbox's ids leave no room for so many copies"
        for table, key in _LISTS.items():
            ids = ", ".join(f"{name} * {_APART} + copy as {name}" for name in {key, "order_id"})
            connection.execute(
                f"""
                create table raw_shipstation.grown as
                select * exclude (copy) replace (
                    {ids},
                    if(copy = 0, order_number, order_number || '-' || copy) as order_number,
                    (left(payload, -1) || ',"copy":' || copy || '}}')::json as payload
                )
                from raw_shipstation.{table}, (select unnest(range($1::bigint)) as copy)
                order by create_date, copy
                """,
                [copies],
            )
            connection.execute(
                f"""
                truncate raw_shipstation.{table};
                insert into raw_shipstation.{table} by name from raw_shipstation.grown;
                drop table raw_shipstation.grown
                """
            )
        connection.execute("update raw_shipstation.order_states set order_id = order_id * $1", [_APART])
        connection.execute("update raw_operations.entries set quantity = quantity * $1::bigint", [copies])
        connection.execute("delete from raw_shipledger.green_build; checkpoint")
    return int(present * copies)


def _aside(what: str, *homes: Path) -> dict[str, Any]:
    """What a process of its own measures on homes."""
    command = [sys.executable, "-m", "benchmarks.ledger", what, *map(str, homes)]
    answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    facts: dict[str, Any] = json.loads(answer.stdout)
    return facts


def _measure_full(home: Path) -> dict[str, float]:
    """Seconds of a full build, the process's peak memory, and what the databases take."""
    engine = Engine(settings_for(home, "http://127.0.0.1:9"))
    engine.settings.ledger.unlink(missing_ok=True)
    seconds, megabytes = timed(lambda: _build(engine, 0)), peak_megabytes()
    bytes_on_disk = sum(file.stat().st_size for file in home.glob("*.duckdb"))
    return {"seconds": seconds, "megabytes": megabytes, "gigabytes": bytes_on_disk / 1e9}


def _measure_warm(homes: list[Path]) -> dict[str, list[list[float]]]:
    """Seconds of warm builds of each kind, a list for each home. In turn, so that a slow moment is everybody's."""
    engines = [Engine(settings_for(home, "http://127.0.0.1:9")) for home in homes]
    facts = {}
    number = 0
    for kind in _KINDS:
        times: list[list[float]] = [[] for _ in engines]
        for _ in range(_REPEATS + 1):
            number += 1
            for engine, seconds in zip(engines, times, strict=True):
                _change(engine.settings.warehouse, kind, number)
                seconds.append(timed(lambda number=number, engine=engine: _build(engine, number)))
        facts[kind] = [seconds[1:] for seconds in times]
    return facts


def _build(engine: Engine, number: int) -> None:
    run = Run(f"benchmark-{number}", "sync", datetime.now(UTC), None, "running")
    facts = engine.build(run, lambda _since: [], lambda *_: None)
    assert facts["full"] == (number == 0), facts


def _change(warehouse: Path, kind: str, number: int) -> None:
    """Let other 500 orders have come again in a load that dlt merged: at the end."""
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            f"""
            create temp table changed as
            with newest as (
                select order_id from raw_shipstation.orders
                order by create_date desc, order_id desc limit {_NEWEST}
            ), picked as ({_PICKED[kind]})
            select orders.* replace (
                json_merge_patch(orders.payload, '{{"gift": true}}') as payload,
                'benchmark-' || $number::bigint as _dlt_load_id
            )
            from raw_shipstation.orders as orders semi join picked using (order_id)
            """,
            {"number": number},
        )
        connection.execute(
            """
            delete from raw_shipstation.orders where order_id in (select order_id from changed);
            insert into raw_shipstation.orders by name from changed
            """
        )
    # What this and the builds before have left to write must not be waited for by the build that is measured.
    os.sync()


if __name__ == "__main__":
    main()
