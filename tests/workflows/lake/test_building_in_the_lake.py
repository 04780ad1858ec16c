"""The same models, built in a lake: each mart has the same rows as by default."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from command_line import CommandLine
from lake_reader import EXTENSIONS
from lakes import LIBRARY, TestLake, lakes, new_lake
from postgres import PASSWORD, USER

from workflows.config.places import PROJECT

VARIABLES = "{as_of: '%s', timezone: America/Chicago, run_id: by-hand}"
RAW = "schema_name like 'raw%'"
LISTS = ("orders", "shipments", "fulfillments", "carriers", "services", "stores")
BY_DLT = f"schema_name like 'raw_shipstation%' and (table_name in {LISTS} or table_name like '_dlt%')"
BUILD = ("build", "--full-refresh", "--exclude-resource-type", "unit_test")


def dbt(home: Path, target: str, as_of: str, *words: str, **environment: str) -> str:
    """Run dbt by itself, and give what it says: that all went well, or what did not."""
    folders = ["--target-path", str(home / f"target-{target}"), "--log-path", str(home / "logs")]
    done = subprocess.run(
        [sys.executable, "-m", "dbt.cli.main", *words, "--target", target, *folders, "--vars", VARIABLES % as_of],
        cwd=PROJECT / "dbt_project",
        env={"PATH": os.environ["PATH"], "HOME": str(home), "SHIPLEDGER_HOME": str(home), **environment},
        capture_output=True,
        text=True,
    )
    return "" if done.returncode == 0 else done.stdout[-3000:]


def readable(database: Path, target: Path, schemas: str) -> Path:
    """A copy of some tables of a database that the DuckDB with the extensions can read."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{database}' as source (read_only)")
        connection.execute(f"attach '{target}' as made (storage_version 'v1.5.0')")
        for schema, table in connection.execute(
            f"select schema_name, table_name from duckdb_tables() where database_name = 'source' and {schemas}"
        ).fetchall():
            connection.execute(f"create schema if not exists made.{schema}")
            connection.execute(f"create table made.{schema}.{table} as from source.{schema}.{table}")
    return target


def copy_raw_tables(raw: Path, lake: TestLake) -> None:
    """The raw tables of a file, in the lake."""
    _, tables = lake.ask(
        f"attach '{raw}' as raw (read_only)",
        "select distinct schema_name, table_name from duckdb_tables() where database_name = 'raw'",
    )
    lake.ask(
        f"attach '{raw}' as raw (read_only)",
        *(
            statement
            for schema, table in tables
            for statement in (
                f"create schema if not exists lake.{schema}",
                f"create table lake.{schema}.{table} as from raw.{schema}.{table}",
            )
        ),
    )


def load_by_dlt(home: Path, lake: TestLake, url: str) -> None:
    """The dlt source by itself, with the destination that dlt has for lakes."""
    destination = {
        "DUCKLAKE_NAME": "lake",
        "METADATA_SCHEMA": "public",
        "CATALOG": f"postgresql://{USER}:{PASSWORD}@127.0.0.1:{lake.server.port}/{lake.database}",
        "STORAGE__BUCKET_URL": str(lake.files),
    }
    source = {"API_KEY": "sandbox", "API_SECRET": "sandbox", "REQUESTS_PER_MINUTE": "100000"}
    done = subprocess.run(
        [sys.executable, "-m", "ingest.sources.shipstation", "ducklake", "--base-url", url],
        cwd=home,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "PYTHONPATH": f"{LIBRARY}:{PROJECT}",
            **{f"DESTINATION__DUCKLAKE__CREDENTIALS__{name}": value for name, value in destination.items()},
            **{f"SOURCES__SHIPSTATION__{name}": value for name, value in source.items()},
        },
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def dbt_in(lake: TestLake, home: Path, as_of: str, *words: str) -> str:
    """The same on the lake."""
    names = {"SHIPLEDGER_LAKE": lake.catalog, "SHIPLEDGER_LAKE_DATA": str(lake.files), "PYTHONPATH": str(LIBRARY)}
    return dbt(home, "lake", as_of, *words, **names)


def differences(home: Path, lake: TestLake, folder: Path) -> dict[str, int]:
    """How many rows of each mart are in the home's file or in the lake and not in both."""
    marts = readable(home / "ledger.duckdb", folder / "ledger.duckdb", "schema_name = 'marts'")
    return lake.differences("marts", marts)


def install_extensions(home: Path) -> None:
    """What `install` does with a network: dbt's adapter then finds them."""
    files = [str(file) for name in EXTENSIONS for file in LIBRARY.glob(f"*/extensions/*/{name}.duckdb_extension")]
    code = "import duckdb, sys; [duckdb.execute(f\"install '{file}'\") for file in sys.argv[1:]]"
    environment = {"PYTHONPATH": str(LIBRARY), "HOME": str(home)}
    subprocess.run([sys.executable, "-c", code, *files], env=environment, check=True)


@pytest.mark.long
def test_the_whole_trade_gives_the_same_marts_in_a_lake_as_by_default(filled: CommandLine, tmp_path: Path) -> None:
    home, as_of = filled.home, datetime.now(UTC).isoformat()
    closed = filled.run("eod")
    assert closed.code == 0, closed.errors
    assert dbt(home, "local", as_of, *BUILD) == ""
    install_extensions(home)
    raw = readable(home / "warehouse.duckdb", tmp_path / "raw.duckdb", RAW)
    with lakes() as server:
        lake = new_lake(server, tmp_path)
        copy_raw_tables(raw, lake)
        assert dbt_in(lake, home, as_of, *BUILD) == ""
        assert differences(home, lake, tmp_path) == {}
        [kept] = lake.ask("select count(*) from lake.builds.builds_finished")
        assert kept == [[1]], "all data tests passed"
        # Keys and checks of a contract, which DuckLake does not know, hold there too.
        lake.ask("update lake.intermediate.int_lots_seen set status = 'lost'")
        assert "a check of lots does not hold" in dbt_in(lake, home, as_of, "run", "-s", "lots")
        lake.ask(
            "update lake.intermediate.int_lots_seen set status = 'active'",
            "insert into lake.intermediate.int_lots_seen from lake.intermediate.int_lots_seen",
        )
        assert "key lot_id of lots is not unique" in dbt_in(lake, home, as_of, "run", "-s", "lots")


@pytest.mark.long
def test_raw_rows_that_dlt_loads_into_a_lake_give_the_marts_that_they_give_in_a_file(
    filled: CommandLine, tmp_path: Path
) -> None:
    home, as_of = filled.home, datetime.now(UTC).isoformat()
    install_extensions(home)
    others = readable(home / "warehouse.duckdb", tmp_path / "raw.duckdb", f"{RAW} and not ({BY_DLT})")
    with lakes() as server:
        lake = new_lake(server, tmp_path)
        load_by_dlt(home, lake, filled.url)
        load_by_dlt(home, lake, filled.url)
        twice = "select count(*) - count(distinct order_id) from lake.raw_shipstation.orders"
        assert lake.ask(twice) == [[[0]]]
        copy_raw_tables(others, lake)
        assert dbt_in(lake, home, as_of, *BUILD) == ""
        loaded = tmp_path / "loaded.duckdb"
        lake.ask(
            f"attach '{loaded}' as made (storage_version 'v1.5.0')",
            *(
                f"create table made.{table} as from lake.raw_shipstation.{table}"
                for table in (*LISTS, "_dlt_loads")
            ),
        )
        with duckdb.connect(str(home / "warehouse.duckdb")) as connection:
            connection.execute(f"attach '{loaded}' as loaded (read_only)")
            for table in (*LISTS, "_dlt_loads"):
                connection.execute(f"create or replace table raw_shipstation.{table} as from loaded.{table}")
        assert dbt(home, "local", as_of, *BUILD) == ""
        assert differences(home, lake, tmp_path) == {}
        assert lake.ask("select count(*) > 400 from lake.marts.orders_inbox") == [[[True]]]
