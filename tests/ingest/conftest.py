from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import duckdb
import pytest
from api_rows import account_at
from sandboxes import quiet_sandbox
from side_by_side import Outcomes, run_side_by_side

from ingest.client.account import Account
from ingest.pipeline import Warehouse
from ingest.sources.shipstation import empty_orders
from ingest.sources.shipstation.load import load_changes
from ingest.sources.shipstation.load_report import LoadReport
from sandbox import Sandbox


@pytest.fixture
def box() -> Iterator[Sandbox]:
    """An empty sandbox that does not trade and has no limit worth mentioning."""
    with quiet_sandbox() as running:
        yield running


@pytest.fixture
def account(box: Sandbox) -> Account:
    return account_at(box.url)


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse(tmp_path / "warehouse.duckdb", tmp_path / "scratch")


@pytest.fixture(scope="module")
def loaded_once(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """A warehouse with all that the file's function `plant` puts into a sandbox."""
    folder = tmp_path_factory.mktemp("loaded")
    warehouse = Warehouse(folder / "warehouse.duckdb", folder / "scratch")
    with quiet_sandbox() as box:
        request.module.plant(box)
        load_changes(account_at(box.url), warehouse)
    return warehouse


@pytest.fixture
def loaded(
    request: pytest.FixtureRequest, box: Sandbox, loaded_once: Warehouse, warehouse: Warehouse
) -> Warehouse:
    """The same, in ShipStation and here."""
    request.module.plant(box)
    shutil.copy(loaded_once.path, warehouse.path)
    return warehouse


@pytest.fixture(scope="module")
def outcomes(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Outcomes:
    """What each of a file's tests that share loads failed with: of one sandbox and one warehouse."""
    folder = tmp_path_factory.mktemp("side-by-side")
    warehouse = Warehouse(folder / "warehouse.duckdb", folder / "scratch")
    # All of them may fetch orders by their ids in the same cycle; what limits that has tests of its own.
    with quiet_sandbox() as box, patch.object(empty_orders, "MOST_REQUESTS", 100):
        account = account_at(box.url, retry_seconds=0.1)

        def cycle(_wanted: set[None]) -> tuple[None, LoadReport]:
            box.requests.reset()
            return None, load_changes(account, warehouse)

        def one_connection() -> duckdb.DuckDBPyConnection:
            # While one is open, all others cost nothing.
            return duckdb.connect(str(warehouse.path))

        return run_side_by_side(request, (box, warehouse), cycle, one_connection)
