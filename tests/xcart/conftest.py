from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from homes import copy_of, founded_home, record_a_warm_build
from once import made_once
from sandboxes import quiet_sandbox
from shop_file import order, write
from shop_home import Shop

from ingest.pipeline import Warehouse
from sandbox import Sandbox

# On the opening day there were 1019 units of lot 250237 of 17612; this lot came later.
LOTS = (("17612", "250300", 100, "2025-10-02"),)
ORDERS = (
    order("671825", [("17612", 3), ("17612", 1), ("17975", 2)]),
    order("671826", [("18605", 1)], date="2025-10-01 09:31:00"),
    order("671827", [("17612", 1031)], date="2025-10-01 09:32:00"),
    order("671828", [("17914", 99999)], date="2025-10-01 09:33:00"),
    order("671829", [("99999", 1)], date="2025-10-01 09:34:00"),
    order("100123", [("17904", 1)], date="2025-10-01 09:35:00"),
    # 80 are free beside what the orders before it take.
    order("671830", [("17612", 100)], date="2025-10-01 09:36:00"),
)


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse(tmp_path / "warehouse.duckdb", tmp_path / "scratch")


@pytest.fixture
def box() -> Iterator[Sandbox]:
    """An account without any order."""
    with quiet_sandbox() as running:
        yield running


@pytest.fixture(scope="session")
def stocked_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with lots on the shelf and the shop's orders imported, built once; copied, never written."""

    def stock(folder: Path) -> None:
        file = write(folder / "shop.xml", *ORDERS)
        with quiet_sandbox() as account:
            shop = Shop(founded_home(tmp_path_factory, folder / "home"), account)
            for sku, lot, quantity, day in LOTS:
                words = ("--sku", sku, "--lot", lot, "--quantity", str(quantity), "--date", day)
                shop.must("receive", *words)
            assert shop.must("import-xcart", str(file))["orders_read"] == len(ORDERS)
            shop.must("sync")
            record_a_warm_build(shop.settings())

    return made_once(tmp_path_factory, "stocked-home", stock) / "home"


@pytest.fixture
def shop(stocked_home: Path, box: Sandbox, tmp_path: Path) -> Shop:
    """A copy of that home, with an empty account of its own."""
    return Shop(copy_of(stocked_home, tmp_path / "home"), box)
