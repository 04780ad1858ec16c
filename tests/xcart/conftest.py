from __future__ import annotations

from pathlib import Path

import pytest

from ingest.pipeline import Warehouse


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse(tmp_path / "warehouse.duckdb", tmp_path / "scratch")
