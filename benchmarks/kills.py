"""`python -m benchmarks.kills [KILLS]`: a sync killed at random moments, and what that did to the data.

Between kills orders are edited, made and shipped. A killed run is followed by the next one, which is killed too
unless it ends before, until every few kills one is let through. Then the warehouse and the snapshot must equal
the sandbox: no row lost, doubled, or older than one that was seen before. At the end a build of everything must
make the tables that were published, row by row: no build, killed between two models, has left a stale one.
"""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from benchmarks.business import PROJECT
from benchmarks.measure import environment_for
from sandbox import BusinessPlan, Sandbox, SandboxSettings, generate_business

_LET_THROUGH_EVERY = 10
_LONGEST_SECONDS = 6.0
# Tables about the build itself; and of a table with ages, the columns without them.
_OF_THE_RUN = ("snapshot_info", "sync_runs")
_OF_NO_MOMENT = {"exceptions": "exception_id, shipstation_order_id, exception_type, order_number, first_seen_at"}


@dataclass
class Damage:
    """What was found wrong, and how the killed processes ended."""

    lost: int = 0
    doubled: int = 0
    regressed: int = 0
    stale: int = 0
    failed: int = 0
    moments: Counter[str] = field(default_factory=Counter)


def main() -> None:
    """Kill, look, and print the table."""
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    chance = random.Random(7)
    book = generate_business(BusinessPlan(weeks=4, orders_per_day=20))
    settings = SandboxSettings(rate_limit=1_000_000, trade_every_seconds=0)
    damage = Damage()
    with Sandbox(settings, book) as box, tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        since = (datetime.now(UTC) - timedelta(weeks=5)).date().isoformat()
        _command(home, box.url, "backfill", "--since", since).wait()
        for number in range(1, kills + 1):
            is_killed = False
            while not is_killed:
                box.book.trade(3, datetime.now(UTC))
                is_killed = _kill_one(home, box.url, chance, damage)
            if number % _LET_THROUGH_EVERY == 0:
                damage.failed += _command(home, box.url, "sync").wait() != 0
                _look(home, box, damage)
                print(f"{number} kills: {damage}", flush=True)
        damage.stale = _stale_rows(home, box.url)
    print(
        f"\n{kills} kills: {damage.lost} lost, {damage.doubled} doubled, {damage.regressed} regressed, "
        f"{damage.stale} stale, {damage.failed} runs that could not finish the work"
    )
    for moment, count in damage.moments.most_common():
        print(f"  killed {moment:<28} {count}")
    sys.exit(bool(damage.lost or damage.doubled or damage.regressed or damage.stale or damage.failed))


def _command(home: Path, url: str, *words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, str(PROJECT / "orchestrate.py"), *words],
        env=environment_for(home, url),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _kill_one(home: Path, url: str, chance: random.Random, damage: Damage) -> bool:
    """Start a sync and kill it at a random moment; gives whether it was still at work then."""
    moment = chance.uniform(0.2, _LONGEST_SECONDS)
    process = _command(home, url, "sync")
    try:
        process.wait(moment)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        damage.moments[f"in second {int(moment) + 1}"] += 1
        return True
    return False


def _look(home: Path, box: Sandbox, damage: Damage) -> None:
    there = {record.id: record.row()["modifyDate"] for record in box.book.table("orders")}
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        here = connection.execute("select order_id, modify_date from raw_shipstation.orders").fetchall()
    with duckdb.connect(str((home / "published" / "current.duckdb").resolve()), read_only=True) as connection:
        published = connection.execute("select shipstation_order_id from marts.orders_inbox").fetchall()
    newest = dict(here)
    damage.lost += len(there.keys() - newest.keys()) + len(there.keys() - {key for (key,) in published})
    damage.doubled += len(here) - len(newest) + len(published) - len(set(published))
    damage.regressed += sum(1 for key, date in there.items() if key in newest and newest[key] < date)


def _stale_rows(home: Path, url: str) -> int:
    """How many published rows a build of everything makes otherwise, from the same raw rows."""
    _command(home, url, "sync").wait()
    warm = (home / "published" / "current.duckdb").resolve()
    (home / "ledger.duckdb").unlink()
    _command(home, url, "sync").wait()
    rebuilt = (home / "published" / "current.duckdb").resolve()
    assert rebuilt != warm
    with duckdb.connect() as connection:
        connection.execute(f"attach '{warm}' as warm (read_only); attach '{rebuilt}' as rebuilt (read_only)")
        names = connection.execute(
            "select table_name from duckdb_tables() where database_name = 'rebuilt' and schema_name = 'marts'"
        ).fetchall()
        return sum(_differing(connection, name) for (name,) in names if name not in _OF_THE_RUN)


def _differing(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    columns = _OF_NO_MOMENT.get(table, "*")
    one, other = (f"(select {columns} from {side}.marts.{table})" for side in ("warm", "rebuilt"))
    [(count,)] = connection.execute(
        f"select count(*) from (({one} except all {other}) union all ({other} except all {one}))"
    ).fetchall()
    return int(count)


if __name__ == "__main__":
    main()
