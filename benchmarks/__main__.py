"""`python -m benchmarks [ORDERS]`: cycles and backfill on a business of that many orders (default 100,000).

Wall seconds without the API's own time, and processor seconds of the cycle and of what it is compared with: the
baseline of `benchmarks.baseline`, run as a command in the same minutes.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from benchmarks.business import PROJECT, Business, business
from benchmarks.measure import (
    Row,
    environment_for,
    peak_megabytes,
    print_table,
    processor_seconds,
    run_job,
    settings_for,
    timed,
)
from workflows.cli.worker import run_worker
from workflows.config.worker_lock import WorkerLock
from workflows.jobs.client import JobClient

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
            warm, warm_cpu = _warm(jobs, shop)
        with run_worker(settings.model_copy(update={"fast_build": False})) as jobs:
            by_dbt, by_dbt_cpu = _warm(jobs, shop, offset=_REPEATS + 1)
        lock.release()
        baseline, baseline_cpu = _baseline(shop, home)
        what = f"warm cycle, {_CHANGED} changed orders"
        rows += [
            Row(what, warm, 2.5, baseline, f"{warm_cpu:.1f} s of processor time"),
            Row(f"{what}, by dbt", by_dbt, 4, baseline, f"{by_dbt_cpu:.1f} s; SHIPLEDGER_FAST_BUILD=0"),
            Row("the baseline: dlt's cursor and dbt build", baseline, None, None, f"{baseline_cpu:.1f} s"),
        ]
        rows.append(_one_shot(shop, home))
        print_table(f"{shop.orders} orders, the API's own time left out", rows)


def _backfill(jobs: JobClient) -> list[Row]:
    since = (datetime.now(UTC) - timedelta(weeks=62)).isoformat()
    facts = run_job(jobs, "backfill", since=since, until=None)
    note = (
        f"{facts['orders_changed']} orders, {facts['shipments_changed']} shipments, peak {peak_megabytes():.0f} MB"
    )
    return [Row("backfill of everything, build and publication", facts["own_seconds"], 35, None, note)]


def _idle(jobs: JobClient) -> list[Row]:
    run_job(jobs, "sync")
    cycles = [run_job(jobs, "sync") for _ in range(_REPEATS)]
    requests_sent = max(facts["api_requests"] for facts in cycles)
    seconds = median(facts["own_seconds"] for facts in cycles)
    return [Row("idle cycle", seconds, 1, None, f"{requests_sent} requests")]


def _warm(jobs: JobClient, shop: Business, offset: int = 0) -> tuple[float, float]:
    """The middle cycle's wall and processor seconds, the first, which dbt builds, left out."""
    cycles = []
    for number in range(offset, offset + _REPEATS + 1):
        shop.edit_orders(_CHANGED, offset=number * _CHANGED)
        before = processor_seconds()
        facts = run_job(jobs, "sync")
        assert facts["orders_changed"] == _CHANGED, facts
        cycles.append((facts["own_seconds"], processor_seconds() - before))
    return sorted(cycles[1:])[_REPEATS // 2]


def _baseline(shop: Business, home: Path) -> tuple[float, float]:
    """The same change for the baseline, which has loaded everything before."""
    command = [sys.executable, "-m", "benchmarks.baseline", shop.url, str(home)]

    def run() -> None:
        subprocess.run(command, cwd=PROJECT, check=True, capture_output=True)

    run()
    shop.edit_orders(_CHANGED, offset=20 * _CHANGED)
    before = processor_seconds()
    seconds = timed(run)
    return seconds, processor_seconds() - before


def _one_shot(shop: Business, home: Path) -> Row:
    shop.edit_orders(_CHANGED, offset=30 * _CHANGED)
    command = [sys.executable, str(PROJECT / "orchestrate.py"), "sync"]
    environment = environment_for(home, shop.url)
    seconds = timed(lambda: subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL))
    return Row(f"one-shot `sync`, {_CHANGED} changed orders", seconds, 10, None, "a fresh process, API included")


if __name__ == "__main__":
    main()
