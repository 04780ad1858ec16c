from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest
from api_rows import account_at
from sandboxes import quiet_sandbox
from side_by_side import Endings, tell

from ingest.client.account import Account
from ingest.pipeline import Warehouse
from ingest.sources.shipstation import empty_orders
from ingest.sources.shipstation.load import load_changes
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
def endings(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Endings:
    """How the stories of a file ended, which were told in the same cycles."""
    folder = tmp_path_factory.mktemp("side-by-side")
    warehouse = Warehouse(folder / "warehouse.duckdb", folder / "scratch")
    items = [one for one in request.session.items if one.path == request.path and isinstance(one, pytest.Function)]
    tests = [one for one in items if hasattr(one.function, "story")]
    # All of them may need to fetch orders by their ids in the same cycle; what limits that has tests of its own.
    with quiet_sandbox() as box, patch.object(empty_orders, "MOST_REQUESTS", 100):
        account = account_at(box.url, retry_seconds=0.1)
        return tell(tests, box, warehouse, lambda: load_changes(account, warehouse))
