"""`python -m benchmarks.questions [ORDERS]`: what each page asks of so many orders (default 1,000,000).

A real business is loaded and built once, then grown: its days, SKUs and lots stay, every order comes many times.
Each page is drawn as the server draws it, without a browser, and each of its questions is timed.
"""

from __future__ import annotations

import logging
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.testing.v1 import AppTest

from benchmarks.business import business
from benchmarks.growth import grow
from benchmarks.measure import run_job, settings_for
from streamlit_app.data import snapshot_reader as snapshots
from streamlit_app.data.snapshot_reader import Snapshot
from streamlit_app.navigation import VIEWS
from workflows.cli.worker import run_worker
from workflows.config.worker_lock import WorkerLock

_SMALL = 10_000
_REPEATS = 3
_LIMIT_SECONDS = 0.2
_DRAW_SECONDS = 300
# Of real things in the snapshot, so that nothing is asked in vain.
_THINGS = """
    select
        (
            select lot_number from marts.shipped_items where lot_number is not null
            group by lot_number order by sum(quantity_shipped) desc limit 1
        ) as lot,
        (select max(shipstation_order_id) from marts.shipped_items) as order_id,
        (select max(ship_date)::varchar from marts.shipped_items where ship_date < today) as day,
        (
            select carrier_code || ' ' || service_code from marts.charge_report_carriers
            order by charge_month desc, package_count desc limit 1
        ) as service
    from marts.snapshot_info
"""


@dataclass(frozen=True)
class Asked:
    """One question: what it took, in seconds, by the clock and by the processor."""

    wall: float
    processor: float


def main() -> None:
    """Make the snapshot, draw every page, and print what it took."""
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        snapshot = _publish_small(home)
        present = grow(snapshot.path, wanted)
        size = snapshot.path.stat().st_size / 1e6
        print(f"\n{present:,} orders, {size:.0f} MB; seconds, in brackets the processor's")
        print(f"  {'page':<48} {'questions':>9} {'slowest':>16} {'drawn in':>9}")
        measure_pages(home, snapshot)


def measure_pages(home: Path, snapshot: Snapshot) -> None:
    """Draw every page and print its slowest question.

    Args:
        home: A home in which the snapshot is published.
        snapshot: That snapshot.
    """
    os.environ["SHIPLEDGER_HOME"] = str(home)
    logging.disable(logging.WARNING)  # no browser is there, which each page would say
    for path, asked in _pages(snapshot):
        drawn, questions = min((_drawn(path, asked) for _ in range(_REPEATS)), key=lambda one: one[0])
        slowest = max(questions, key=lambda question: question.wall, default=Asked(0, 0))
        late = "  LATE" if slowest.wall > _LIMIT_SECONDS else ""
        title = f"{path or 'today'} {' '.join(f'{name}={value}' for name, value in asked.items())}"
        times = f"{slowest.wall:.3f} ({slowest.processor:.3f})"
        print(f"  {title:<48.48} {len(questions):>9} {times:>16} {drawn:>9.2f}{late}")


def _pages(snapshot: Snapshot) -> Iterator[tuple[str, dict[str, str]]]:
    things = {name: str(value) for name, value in snapshot.row(_THINGS).items()}
    for view in VIEWS:
        yield view.path, {}
    for asked in (
        {"find": "6718"},
        {"find": "9400"},
        {"find": "17612"},
        {"find": things["lot"]},
        {"state": "open"},
        {"day_from": things["day"], "by_day": "shipped"},
        {"id": things["order_id"]},
    ):
        yield "orders", asked
    yield "weekly", {"sku": "17612"}
    yield "charges", {"day": things["day"]}
    yield "charges", {"service": things["service"]}
    yield "lot-recall", {"number": things["lot"]}
    yield "exceptions", {"kind": "unknown_sku"}


def _drawn(path: str, asked: dict[str, str]) -> tuple[float, list[Asked]]:
    """Seconds to draw a page that nobody has looked at before, and its questions."""
    st.cache_data.clear()
    page = AppTest.from_function(_draw, default_timeout=_DRAW_SECONDS, args=(path,))
    for name, value in asked.items():
        page.query_params[name] = value
    with _watched() as questions:
        began = time.perf_counter()
        page.run()
        seconds = time.perf_counter() - began
    if page.exception:
        raise RuntimeError(f"{path} {asked}: {page.exception[0].message}")
    return seconds, questions


def _draw(path: str) -> None:
    # Runs as a script of its own, without this module's names.
    from streamlit_app.data.snapshot_reader import current_snapshot
    from streamlit_app.navigation import VIEWS
    from workflows.config.settings_reader import read_settings

    settings = read_settings()
    next(view for view in VIEWS if view.path == path).show(settings, current_snapshot(settings))


@contextmanager
def _watched() -> Iterator[list[Asked]]:
    asked: list[Asked] = []
    run = snapshots._run

    def timed(*arguments: Any) -> Any:
        wall, processor = time.perf_counter(), time.process_time()
        answer = run(*arguments)
        asked.append(Asked(time.perf_counter() - wall, time.process_time() - processor))
        return answer

    snapshots._run = timed
    try:
        yield asked
    finally:
        snapshots._run = run


def _publish_small(home: Path) -> Snapshot:
    with business(_SMALL) as shop:
        settings = settings_for(home, shop.url)
        lock = WorkerLock(home)
        lock.acquire()
        with run_worker(settings) as jobs:
            since = (datetime.now(UTC) - timedelta(weeks=62)).isoformat()
            published = run_job(jobs, "backfill", since=since, until=None)["published"]
        lock.release()
    path = settings.published / published
    path.chmod(0o644)
    return Snapshot(path, datetime.now(UTC), settings.dates)


if __name__ == "__main__":
    main()
