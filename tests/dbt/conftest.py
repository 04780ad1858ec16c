"""A warehouse of its own for every test that wants one, and the real dbt on it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from ledger_under_test import Ledger, parse_project

FRIDAY_NOON = datetime(2026, 1, 9, 18, tzinfo=UTC)


@pytest.fixture(scope="session")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What dbt makes of its project: seconds to parse, and good for every warehouse."""
    return parse_project(tmp_path_factory.mktemp("parse"))


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory, manifest: Any) -> Ledger:
    """A business on its first day, built in full."""
    return Ledger.found(tmp_path_factory.mktemp("founded"), manifest, FRIDAY_NOON)


@pytest.fixture(scope="session")
def new_ledger(founded: Ledger, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Ledger]:
    """Makes warehouses; the default instant is Friday 9 January 2026, noon in Chicago."""

    def make(as_of: datetime = FRIDAY_NOON) -> Ledger:
        return founded.copy(tmp_path_factory.mktemp("ledger"), as_of)

    return make
