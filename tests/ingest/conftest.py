from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from api_rows import account_at
from sandboxes import quiet_sandbox

from ingest.client.account import Account
from ingest.pipeline import Warehouse
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
