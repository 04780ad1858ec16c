"""`python -m benchmarks.reconcile [ORDERS_A_DAY]`: comparing 14 days with ShipStation (default 10,000 a day)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.business import PROJECT, business
from benchmarks.measure import Row, environment_for, print_table

_DAYS = 14


def main() -> None:
    """Load the business, compare it twice in processes of their own, and print the table."""
    orders_a_day = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with business(orders_a_day * _DAYS, weeks=2) as shop, tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        since = (datetime.now(UTC) - timedelta(days=_DAYS + 1)).date().isoformat()
        environment = environment_for(home, shop.url)
        loaded = _run(environment, "backfill", "--since", since)
        compared = _run(environment, "reconcile", "--since", since)
        facts = compared.facts
        assert facts["missing_here"] + facts["missing_there"] + facts["different"] == 0, facts
        rows = sum(facts["rows_there"].values())
        own = facts["seconds"] - facts["api_seconds"]
        note = f"{rows} rows, {facts['api_requests']} requests, API {facts['api_seconds']:.1f} s"
        table = [Row(f"reconcile of {_DAYS} days", own, None, None, note)]
        print_table(f"{shop.orders} orders in {_DAYS} days, the API's own time left out", table)
        print(f"  peak memory: backfill {loaded.megabytes:.0f} MB, reconcile {compared.megabytes:.0f} MB")


@dataclass(frozen=True)
class _Run:
    """What a command answered, and the largest memory it had, in MB."""

    facts: dict[str, Any]
    megabytes: float


def _run(environment: dict[str, str], *words: str) -> _Run:
    command = [sys.executable, str(PROJECT / "orchestrate.py"), *words, "--json"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    facts = json.loads(process.stdout.read())
    # Only this way of waiting tells of one process and not of all together.
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, facts
    return _Run(facts, usage.ru_maxrss / 1024)


if __name__ == "__main__":
    main()
