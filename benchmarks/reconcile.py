"""`python -m benchmarks.reconcile [ORDERS_A_DAY]`: comparing 14 days with ShipStation (default 10,000 a day)."""

from __future__ import annotations

import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.business import business
from benchmarks.measure import Row, environment_for, print_table, run_command

_DAYS = 14


def main() -> None:
    """Load the business, compare it twice in processes of their own, and print the table."""
    orders_a_day = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with business(orders_a_day * _DAYS, weeks=2) as shop, tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        since = (datetime.now(UTC) - timedelta(days=_DAYS + 1)).date().isoformat()
        environment = environment_for(home, shop.url)
        loaded = run_command(environment, "backfill", "--since", since)
        compared = run_command(environment, "reconcile", "--since", since)
        facts = compared.facts
        assert facts["missing_here"] + facts["missing_there"] + facts["different"] == 0, facts
        rows = sum(facts["rows_there"].values())
        own = facts["seconds"] - facts["api_seconds"]
        note = f"{rows} rows, {facts['api_requests']} requests, API {facts['api_seconds']:.1f} s"
        table = [Row(f"reconcile of {_DAYS} days", own, None, None, note)]
        print_table(f"{shop.orders} orders in {_DAYS} days, the API's own time left out", table)
        print(f"  peak memory: backfill {loaded.megabytes:.0f} MB, reconcile {compared.megabytes:.0f} MB")


if __name__ == "__main__":
    main()
