"""`python -m benchmarks.takeover [FORMER_DATABASE] [ORDERS]`: what comes from elsewhere, each in its own process.

The shop's file has 100,000 seeded orders by default. Without a former system's database only the file is imported.
"""

from __future__ import annotations

import random
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import Row, environment_for, print_table, run_command

_NOBODY = "http://127.0.0.1:9"
_SKUS = ("17612", "17904", "17914", "18675", "18795", "18605")
_LIMIT_SECONDS, _LIMIT_MEGABYTES = 30, 500


def main() -> None:
    """Migrate and import, and print the table."""
    databases = [word for word in sys.argv[1:] if not word.isdigit()]
    orders = next((int(word) for word in sys.argv[1:] if word.isdigit()), 100_000)
    with tempfile.TemporaryDirectory() as folder:
        rows = [_migrated(Path(folder) / "migrated", database) for database in databases]
        rows.append(_imported(Path(folder) / "imported", orders))
        print_table("From the former system and from the shop, whole processes", rows)


def _migrated(home: Path, database: str) -> Row:
    done = run_command(environment_for(home, _NOBODY), "migrate", "--legacy", database)
    note = f"{len(done.facts['checks'])} checks, peak {done.megabytes:.0f} MB"
    return Row("migrate, build and publication", done.seconds, _LIMIT_SECONDS, None, note)


def _imported(home: Path, orders: int) -> Row:
    home.mkdir()
    file = home / "orders.xml"
    _write_shop_file(file, orders)
    done = run_command(environment_for(home, _NOBODY), "import-xcart", str(file))
    note = f"{file.stat().st_size / 1e6:.0f} MB of XML, peak {done.megabytes:.0f} MB, limit {_LIMIT_MEGABYTES}"
    return Row(f"import-xcart, {orders:,} orders", done.seconds, _LIMIT_SECONDS, None, note)


def _write_shop_file(path: Path, orders: int) -> None:
    """A file as X-Cart writes it; its people are numbers."""
    draw = random.Random(1)
    with path.open("w") as file:
        file.write("<orders>\n")
        for number in range(671825, 671825 + orders):
            lines = "".join(
                f"<order_detail><orderid>{number}</orderid><productid>{sku}</productid><product>Product {sku}"
                f"</product><amount>{draw.randint(1, 9)}</amount></order_detail>"
                for sku in draw.sample(_SKUS, draw.randint(1, 3))
            )
            file.write(
                f"<order><orderid>{number}</orderid><date>2025-10-01 09:30:00</date><date2>2025-10-01 09:30:00"
                f"</date2><shipping>UPS Ground</shipping><company>Practice {number}</company>"
                f"<email>office{number}@example.com</email><customerid>{number}</customerid>"
                f"<shipping_cost>7.95</shipping_cost><s_firstname>First</s_firstname><s_lastname>{number}"
                f"</s_lastname><s_address>1 Main Street</s_address><s_city>Springfield</s_city>"
                f"<s_state>IL</s_state><s_zipcode>62701</s_zipcode><s_country>US</s_country>{lines}</order>\n"
            )
        file.write("</orders>\n")


if __name__ == "__main__":
    main()
