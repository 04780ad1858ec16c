"""`python -m benchmarks.lake HOME [ORDERS ...]`: publishing to a lake and reading from it.

The home needs one published snapshot, which is grown to each number of orders (default 100,000 and 1,000,000). The
catalog is in a PostgreSQL of its own on this machine, the files are in a folder.
"""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.growth import grow
from workflows.config.settings import Settings
from workflows.config.snapshots import current_snapshot
from workflows.lake.client import copy_from_lake, publish_to_lake
from workflows.lake.lake_note import read_lake_note

_SUPPORT = Path(__file__).resolve().parents[1] / "tests" / "support"
sys.path[:0] = [str(_SUPPORT), str(_SUPPORT.parent / "mail")]

from lakes import LIBRARY, TestLake, lakes, new_lake, write_snapshot  # noqa: E402

_CHANGED = 500
_HOUSES = (1, 5, 20)
_READERS = (1, 5, 20)
_CHANGE = (
    "update {table} set {column} = {column} || 'x' where shipstation_order_id in"
    f" (select shipstation_order_id from orders_inbox order by hash(shipstation_order_id) limit {_CHANGED})"
)
_COLUMNS = {"orders_inbox": "order_number", "shipped_items": "order_number", "packages": "tracking_number"}
_CHANGES = [_CHANGE.format(table=table, column=column) for table, column in _COLUMNS.items()]
_OVER_HOUSES = 'select house, count(*) from lake."group".orders_inbox group by house'
_READER = (
    "select count(*), sum(quantity_shipped) from lake.dallas.shipped_items"
    " where ship_date >= (select max(ship_date) from lake.dallas.shipped_items) - interval 30 day"
)


def main() -> None:
    """Measure each size, then houses and readers at the smallest, and print a line for each."""
    home = Path(sys.argv[1])
    sizes = [int(word) for word in sys.argv[2:]] or [100_000, 1_000_000]
    with lakes() as server, tempfile.TemporaryDirectory() as folder:
        for orders in sizes:
            lake = new_lake(server, Path(folder) / f"lake-{orders}")
            settings = _publish_one(lake, home, Path(folder) / f"{orders}", orders)
            if orders == sizes[0]:
                _measure_readers(lake, settings)
                _measure_houses(lake, settings, Path(folder))


def _publish_one(lake: TestLake, home: Path, folder: Path, orders: int) -> Settings:
    settings = lake.home(folder / "home", "dallas")
    grown = folder / "grown.duckdb"
    shutil.copyfile((home / "published" / "current.duckdb").resolve(), grown)
    grown.chmod(0o600)
    there = grow(grown, orders)
    (settings.published / "current.duckdb").symlink_to(grown)
    write_snapshot(settings, 1)
    grown.unlink()
    snapshot = current_snapshot(settings)
    assert snapshot is not None
    print(f"{there:,} orders, a snapshot of {snapshot.stat().st_size / 1e6:.0f} MB")
    _timed("first publication", lambda: _publish(settings))
    print(
        f"    files in the lake: {sum(file.stat().st_size for file in lake.files.rglob('*.parquet')) / 1e6:.0f} MB"
    )
    write_snapshot(settings, 2, *_CHANGES)
    _timed(f"publication of {_CHANGED} changed orders", lambda: _publish(settings))
    write_snapshot(settings, 3)
    _timed("publication without a change", lambda: _publish(settings))
    variables = {"SHIPLEDGER_READ_FROM": "lake"}
    _timed(
        "copy on a machine that reads",
        lambda: copy_from_lake(lake.home(folder / "x", "dallas", **variables), "dallas"),
    )
    return settings


def _measure_readers(lake: TestLake, settings: Settings) -> None:
    for readers in _READERS:
        write_snapshot(settings, 10 + readers, *_CHANGES)
        request = json.dumps({"library": str(LIBRARY), "catalog": lake.catalog, "statements": [_READER] * 20})
        processes = [
            subprocess.Popen(
                [sys.executable, str(_SUPPORT / "lake_reader.py")],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                env={"PYTHONPATH": str(LIBRARY)},
                text=True,
            )
            for _ in range(readers)
        ]
        for process in processes:
            assert process.stdin is not None
            process.stdin.write(request)
            process.stdin.close()
        began = time.monotonic()
        _timed(f"publication beside {readers} readers", lambda: _publish(settings))
        for process in processes:
            assert process.wait() == 0
        print(f"    {readers} readers, 20 queries each: {time.monotonic() - began:.1f} s")


def _measure_houses(lake: TestLake, settings: Settings, folder: Path) -> None:
    source = current_snapshot(settings)
    assert source is not None
    for number in range(2, max(_HOUSES) + 1):
        house = lake.home(folder / f"house-{number}", f"house_{number}")
        (house.published / "current.duckdb").symlink_to(source)
        write_snapshot(house, 1)
        _publish(house)
        if number in _HOUSES:
            write_snapshot(house, 2, *_CHANGES)
            _timed(
                f"publication of {_CHANGED} changed orders, {number} houses", lambda house=house: _publish(house)
            )
            _timed(f"query over {number} houses, a process with it", lambda: lake.ask(_OVER_HOUSES))


def _publish(settings: Settings) -> None:
    publish_to_lake(settings)
    note = read_lake_note(settings.home)
    assert note is not None
    assert note.problem is None, note.problem


def _timed(what: str, act: Callable[[], object]) -> None:
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    act()
    seconds, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"    {what}: {seconds:.1f} s, {cpu:.1f} s CPU, at most {after.ru_maxrss / 1024:.0f} MB", flush=True)


if __name__ == "__main__":
    main()
