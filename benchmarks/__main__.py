"""`python -m benchmarks [ORDERS]`: cycles and backfill on a business of that many orders (default 100,000)."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from benchmarks.business import PROJECT, Business, business
from benchmarks.measure import (
    Row,
    environment_for,
    peak_megabytes,
    print_table,
    run_job,
    settings_for,
    timed,
)
from benchmarks.naive import beginning, naive_build, naive_load
from workflows.jobs import JobClient
from workflows.presence import WorkerLock
from workflows.worker import run_worker

_CHANGED = 500
_REPEATS = 5


def main() -> None:
    """Run all measurements and print their table."""
    orders = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with business(orders) as shop, tempfile.TemporaryDirectory() as folder:
        shop.remove_ghosts()
        home = Path(folder)
        settings = settings_for(home, shop.url)
        home.mkdir(exist_ok=True)
        lock = WorkerLock(home)
        lock.acquire()
        with run_worker(settings) as jobs:
            rows = [*_backfill(jobs), *_idle(jobs)]
            warm = _warm(jobs, shop)
        lock.release()
        baseline = _naive(shop, home)
        rows.append(
            Row(
                f"warm cycle, {_CHANGED} changed orders",
                warm,
                2,
                baseline,
                "baseline: dlt's defaults + dbt build",
            )
        )
        rows.append(Row("the baseline itself", baseline))
        rows.append(_one_shot(shop, home))
        print_table(f"{shop.orders} orders, the API's own time left out", rows)


def _backfill(jobs: JobClient) -> list[Row]:
    since = (datetime.now(UTC) - timedelta(weeks=62)).isoformat()
    facts = run_job(jobs, "backfill", since=since, until=None)
    note = (
        f"{facts['orders_changed']} orders, {facts['shipments_changed']} shipments, peak {peak_megabytes():.0f} MB"
    )
    return [Row("backfill of everything, build and publication", facts["own_seconds"], 30, None, note)]


def _idle(jobs: JobClient) -> list[Row]:
    run_job(jobs, "sync")
    cycles = [run_job(jobs, "sync") for _ in range(_REPEATS)]
    requests_sent = max(facts["api_requests"] for facts in cycles)
    seconds = median(facts["own_seconds"] for facts in cycles)
    return [Row("idle cycle", seconds, 1, None, f"{requests_sent} requests")]


def _warm(jobs: JobClient, shop: Business) -> float:
    times = []
    for number in range(_REPEATS + 1):
        shop.edit_orders(_CHANGED, offset=number * _CHANGED)
        facts = run_job(jobs, "sync")
        assert facts["orders_changed"] == _CHANGED, facts
        times.append(facts["own_seconds"])
    return median(times[1:])


def _naive(shop: Business, home: Path) -> float:
    naive_load(shop.url, home, beginning())
    naive_build(home)
    before = datetime.now(UTC)
    time.sleep(2)
    shop.edit_orders(_CHANGED, offset=20 * _CHANGED)

    def cycle() -> None:
        naive_load(shop.url, home, before)
        naive_build(home)

    return timed(cycle)


def _one_shot(shop: Business, home: Path) -> Row:
    shop.edit_orders(_CHANGED, offset=30 * _CHANGED)
    command = [sys.executable, str(PROJECT / "orchestrate.py"), "sync"]
    environment = environment_for(home, shop.url)
    seconds = timed(lambda: subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL))
    return Row(f"one-shot `sync`, {_CHANGED} changed orders", seconds, 8, None, "a fresh process, API included")


if __name__ == "__main__":
    main()
