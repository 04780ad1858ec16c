from __future__ import annotations

from pathlib import Path

import pytest
from homes import settings_of
from report_snapshot import write_snapshot

from workflows.config.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    home = tmp_path / "home"
    home.mkdir()
    return settings_of(home)


@pytest.fixture(scope="session")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_snapshot(tmp_path_factory.mktemp("published") / "shipledger-20261120T200500-abcdef.duckdb")
