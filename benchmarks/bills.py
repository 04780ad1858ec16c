"""`python -m benchmarks.bills [LINES]`: bills of so many lines (default 100,000), each in its own process.

UPS's file, the widest: 250 columns and a line for each charge, two a label. First it is read alone, where
ShipStation was never loaded; then it is the next bill of a home with its labels, with build and publication. The
cycles before and after it show what the lines cost each build.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson

from benchmarks.measure import Command, Row, environment_for, print_table, run_command
from sandbox import Book, BusinessPlan, Sandbox, SandboxSettings, generate_business
from sandbox.bill_files import Charge, Parcel, ups_file

_NOBODY = "http://127.0.0.1:9"
_LIMIT_SECONDS, _LIMIT_MEGABYTES = 20, 500
_WEEKS = 10


def main() -> None:
    """Import the bills, and print the table."""
    lines = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        rows = [_alone(Path(folder) / "alone", lines), *_with_labels(Path(folder) / "labels", lines)]
        print_table("Carrier bills, whole processes", rows)


def _alone(folder: Path, lines: int) -> Row:
    file = _write_bill(folder, (f"1Z{number:016}" for number in range(lines // 2)))
    done = run_command(environment_for(folder / "home", _NOBODY), "import-carrier-bill", str(file))
    assert done.facts["lines"] == lines, done.facts
    return _row(f"import of {lines:,} lines", done, f"{file.stat().st_size / 1e6:.0f} MB of CSV, ")


def _with_labels(folder: Path, lines: int) -> list[Row]:
    plan = BusinessPlan(weeks=_WEEKS, orders_per_day=lines / 2 / _WEEKS / 7 * 1.15)
    book = generate_business(plan)
    numbers = _tracking_numbers(book)[: lines // 2]
    with Sandbox(SandboxSettings(rate_limit=1_000_000, trade_every_seconds=0), book) as box:
        environment = environment_for(folder / "home", box.url)
        since = (datetime.now(UTC) - timedelta(weeks=_WEEKS + 2)).date()
        run_command(environment, "backfill", "--since", f"{since}")
        # The first bill causes a full build, and the cycle after it is recorded.
        run_command(environment, "import-carrier-bill", str(_write_bill(folder, numbers[:1], "first.csv")))
        _edit(book)
        run_command(environment, "sync")
        _edit(book)
        before = run_command(environment, "sync")
        done = run_command(environment, "import-carrier-bill", str(_write_bill(folder, numbers)))
        _edit(book)
        after = run_command(environment, "sync")
    return [
        _row(f"the same with {len(numbers):,} labels, build and publication", done),
        Row("sync of one changed order before it", before.seconds),
        Row(
            "sync of one changed order after it", after.seconds, None, None, "the lines are compared in each build"
        ),
    ]


def _row(what: str, done: Command, note: str = "") -> Row:
    memory = f"{note}peak {done.megabytes:.0f} MB, limit {_LIMIT_MEGABYTES}"
    return Row(what, done.seconds, _LIMIT_SECONDS, None, memory)


def _tracking_numbers(book: Book) -> list[str]:
    return [str(orjson.loads(record.payload)["trackingNumber"]) for record in book.newest("shipments")]


def _edit(book: Book) -> None:
    book.edit_order(book.highest_id("orders"), datetime.now(UTC), {"gift": True})


def _write_bill(folder: Path, numbers: Iterable[str], name: str = "ups.csv") -> Path:
    """A bill of parcels with these tracking numbers; its people are numbers."""
    shipped = (datetime.now(UTC) - timedelta(days=40)).date()
    person = {"name": "Person 1", "street1": "1 Main Street", "city": "Springfield", "postalCode": "62701"}
    charges = [Charge("base", 735), Charge("fuel", 100)]
    parcels = [Parcel(number, "671825", shipped, 1, person, 40.0, (), charges) for number in numbers]
    folder.mkdir(exist_ok=True)
    (folder / "home").mkdir(exist_ok=True)
    file = folder / name
    file.write_bytes(ups_file(parcels))
    return file


if __name__ == "__main__":
    main()
