from __future__ import annotations

from pathlib import Path

import pytest
from small_homes import small_home

from workflows.config.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return small_home(tmp_path / "home")
