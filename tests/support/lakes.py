"""Lakes for tests: a catalog in PostgreSQL and a folder, read by the DuckDB that has the extensions."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from homes import settings_of
from postgres import PASSWORD, USER, Postgres, running_postgres

from workflows.config.home_directory import prepare_home
from workflows.config.home_id import home_id
from workflows.config.settings import Settings
from workflows.config.snapshots import current_snapshot

# `make test` puts it there: requirements-lake.lock.
LIBRARY = Path(sys.prefix) / "lake"
PUBLISHER = Path(__file__).with_name("lake_publisher.py")
VERSIONED = ("one", "other", "third")
_READER = Path(__file__).with_name("lake_reader.py")


@dataclass(frozen=True)
class TestLake:
    """A lake that nobody has published to yet."""

    server: Postgres
    database: str
    files: Path

    __test__ = False

    @property
    def catalog(self) -> str:
        return self.catalog_of(self.database)

    def catalog_of(self, database: str, *, port: int | None = None, password: str = PASSWORD) -> str:
        return (
            f"ducklake:postgres:host=127.0.0.1 port={port or self.server.port} user={USER}"
            f" password={password} dbname={database}"
        )

    def variables(self, house: str) -> dict[str, str]:
        """The environment of a machine that publishes to it, or with `SHIPLEDGER_READ_FROM` reads from it."""
        return {
            "SHIPLEDGER_LAKE": self.catalog,
            "SHIPLEDGER_LAKE_DATA": str(self.files),
            "SHIPLEDGER_LAKE_LIBRARY": str(LIBRARY),
            "SHIPLEDGER_HOUSE": house,
        }

    def home(self, folder: Path, house: str, **variables: str) -> Settings:
        """The settings of a home that publishes to it."""
        settings = settings_of(folder, **(self.variables(house) | variables))
        prepare_home(settings)
        return settings

    def ask(self, *statements: str) -> list[list[list[Any]]]:
        """The rows of each statement, as anybody sees them who attaches the lake."""
        place = {"library": str(LIBRARY), "catalog": self.catalog, "data": str(self.files)}
        done = subprocess.run(
            [sys.executable, str(_READER)],
            input=json.dumps({**place, "statements": statements}),
            env={"PYTHONPATH": str(LIBRARY)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        answer: list[list[list[Any]]] = json.loads(done.stdout)
        return answer

    def differences(self, schema: str, snapshot: Path) -> dict[str, int]:
        """How many rows of each table are in the snapshot or in a schema of the lake and not in both."""
        with duckdb.connect(str(snapshot), read_only=True) as connection:
            tables = [name for (name,) in connection.execute("select table_name from duckdb_tables()").fetchall()]
        _attached, *counts = self.ask(
            f"attach '{snapshot}' as here (read_only)",
            *(
                f"select count(*) from ((from here.marts.{one} except all from lake.{schema}.{one})"
                f" union all (from lake.{schema}.{one} except all from here.marts.{one}))"
                for one in tables
            ),
        )
        found = {table: rows[0][0] for table, rows in zip(tables, counts, strict=True)}
        return {table: rows for table, rows in found.items() if rows}


@contextmanager
def lakes() -> Iterator[Postgres]:
    with running_postgres() as server:
        yield server


def new_lake(server: Postgres, folder: Path) -> TestLake:
    """A lake of its own on a server, with its files in a folder."""
    [(count,)] = server.execute("select count(*) from pg_database")
    database = f"lake_{count}"
    server.execute(f"create database {database}")
    return TestLake(server, database, folder / "files")


def write_snapshot(settings: Settings, number: int, *statements: str) -> Path:
    """Publish a snapshot in the home: the last one's tables, changed by the statements."""
    link = settings.published / "current.duckdb"
    file = settings.published / f"shipledger-2026{number:04}T120000000000-run.duckdb"
    with duckdb.connect() as connection:
        connection.execute(f"attach '{file}' as made (storage_version 'v1.5.0')")
        if link.exists():
            connection.execute(f"attach '{link.resolve()}' as last (read_only)")
            connection.execute("copy from database last to made")
        else:
            connection.execute("create schema made.marts")
        connection.execute("use made.marts")
        for statement in statements:
            connection.execute(statement)
    link.unlink(missing_ok=True)
    link.symlink_to(file.name)
    return file


def write_version(settings: Settings, version: int) -> Path:
    """Publish `VERSIONED` in the home: tables that always agree, each with the version in some of its rows."""
    begin = [f"create table {one} as select range as id, 0 as version from range(400)" for one in VERSIONED]
    change = [f"update {one} set version = {version} where id < 20 + {version}" for one in VERSIONED]
    return write_snapshot(settings, version, *(begin if version == 0 else []), *change)


def publication_of(settings: Settings, **changes: str) -> str:
    """The request to publish a home's snapshot, as the lake's child gets it."""
    lake, snapshot = settings.lake, current_snapshot(settings)
    assert lake is not None
    request = {
        "catalog": lake.catalog,
        "data": lake.data,
        "library": str(lake.library),
        "house": lake.house,
        "home": home_id(settings.home),
        "scratch": str(settings.home / "scratch"),
        "snapshot": str(snapshot),
    }
    return json.dumps(request | changes)
