"""A warehouse of its own for every test that wants one, and the real dbt on it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner, dbtRunnerResult

from tests.dbt import raw_tables

PROJECT = Path(__file__).parents[2] / "dbt_project"
WARM = [
    "--exclude-resource-type", "seed", "--exclude-resource-type", "unit_test",
    "--exclude", "config.materialized:view",
]  # fmt: skip


class Ledger:
    """One warehouse and its marts."""

    def __init__(self, home: Path, manifest: Any, as_of: datetime) -> None:
        self.home = home
        self.warehouse = home / "warehouse.duckdb"
        self.marts = home / "ledger.duckdb"
        self._manifest = manifest
        home.mkdir(parents=True, exist_ok=True)
        with self.connect() as connection:
            raw_tables.create(connection)
            raw_tables.set_context(connection, as_of)

    def connect(self) -> duckdb.DuckDBPyConnection:
        return duckdb.connect(str(self.warehouse))

    def run(self, *arguments: str) -> dbtRunnerResult:
        """One dbt command; nothing of it stays open."""
        os.environ["SHIPLEDGER_WAREHOUSE"] = str(self.warehouse)
        os.environ["SHIPLEDGER_LEDGER"] = str(self.marts)
        folders = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
        quiet = ["--quiet", "--log-level-file", "none", "--no-write-json", "--target-path", str(self.home / "target")]
        try:
            return dbtRunner(manifest=self._manifest).invoke([*arguments, *folders, *quiet])
        finally:
            DuckDBConnectionManager.close_all_connections()

    def build(self, *, full: bool = False) -> None:
        """A first, warm or full build as the worker does it; a green one covers its loads."""
        if full or not self.marts.exists():
            result = self.run("build", "--full-refresh", "--exclude-resource-type", "unit_test")
        else:
            result = self.run("build", *WARM)
        assert result.success, failures(result)
        with self.connect() as connection:
            raw_tables.mark_built(connection)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The answer of the marts, found by their bare names."""
        with duckdb.connect(str(self.marts), read_only=True) as connection:
            connection.execute("set schema = 'marts'; set timezone = 'UTC'")
            return connection.execute(query).fetchall()

    def tables(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every mart, its rows in a fixed order."""
        names = [name for (name,) in self.rows("select table_name from duckdb_tables() where schema_name = 'marts'")]
        return {name: self.rows(f"select * from {name} order by all") for name in names}


def failures(result: dbtRunnerResult) -> str:
    """What went wrong, as a person would want to read it."""
    nodes = result.result.results if result.result else []
    said = [f"{node.node.name}: {node.message}" for node in nodes if str(node.status) in {"error", "fail"}]
    return "\n".join(said) or str(result.exception)


@pytest.fixture(scope="session")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The parsed project: seconds to make, so made once."""
    home = tmp_path_factory.mktemp("parse")
    os.environ["SHIPLEDGER_WAREHOUSE"] = str(home / "warehouse.duckdb")
    os.environ["SHIPLEDGER_LEDGER"] = str(home / "ledger.duckdb")
    folders = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT), "--target-path", str(home / "target")]
    result = dbtRunner().invoke(["parse", "--quiet", "--log-level-file", "none", *folders])
    assert result.success, result.exception
    return result.result


@pytest.fixture(scope="session")
def new_ledger(manifest: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Ledger]]:
    """Makes warehouses; the default instant is Friday 9 January 2026, noon in Chicago."""

    def make(as_of: datetime = datetime(2026, 1, 9, 18, tzinfo=UTC)) -> Ledger:
        return Ledger(tmp_path_factory.mktemp("ledger"), manifest, as_of)

    yield make
    DuckDBConnectionManager.close_all_connections()
