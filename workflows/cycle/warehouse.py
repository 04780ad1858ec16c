"""The worker's own tables in the warehouse, schema `raw_shipledger`.

- `green_build`: one row, on the last build that passed.
- `runs`: every run of any kind, from the workflow store.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from workflows.config.thresholds import DATABASE_MEMORY
from workflows.errors import Advice, HomeUnusable

# Each thread holds its part of the lines of a bill: with two, 100,000 take up to 530 MB instead of 480.
_WITH_ONE_THREAD = ("import-carrier-bill",)
_TABLES = """
create schema if not exists raw_shipledger;
create table if not exists raw_shipledger.green_build (
    fingerprint varchar not null, business_date date not null, built_at timestamptz not null
);
alter table raw_shipledger.green_build add column if not exists build_number bigint;
create table if not exists raw_shipledger.runs (
    run_id varchar not null, kind varchar not null, started_at timestamptz, finished_at timestamptz,
    status varchar not null, watermark_before timestamptz, watermark_after timestamptz,
    orders_fetched bigint, orders_changed bigint, shipments_fetched bigint, api_requests bigint,
    seconds double, actor varchar, error varchar
);
"""
# Columns of `runs` that later releases added, in order.
_LATER_COLUMNS = ("orders_new", "orders_manual", "orders_updated", "labels_new")
_RAW_SCHEMAS = ("raw_shipstation", "raw_operations", "raw_xcart", "raw_legacy", "raw_carrier_bills")
# Tables of ingest's own that no model reads, and the lines of bills: those of a load come with its bill.
_INGEST_NOTES = ("watermarks", "ghost_looks", "files", "stores", "lines")
# Sources that most homes do not have, by the table that says whether one does.
_RARE_SOURCES = {"the former system": ("raw_legacy", "imports"), "carrier bills": ("raw_carrier_bills", "bills")}


@dataclass(frozen=True)
class Run:
    """A run of any kind, as `sync_runs` shows it. Instants are UTC."""

    run_id: str
    kind: str
    started_at: datetime | None
    finished_at: datetime | None
    status: str
    watermark_before: datetime | None = None
    watermark_after: datetime | None = None
    orders_fetched: int | None = None
    orders_changed: int | None = None
    shipments_fetched: int | None = None
    api_requests: int | None = None
    seconds: float | None = None
    actor: str | None = None
    error: str | None = None
    orders_new: int | None = None
    orders_manual: int | None = None
    orders_updated: int | None = None
    labels_new: int | None = None


@dataclass(frozen=True)
class GreenBuild:
    """The last build that passed: fingerprint of project and tables, business day, begin (UTC) and number."""

    fingerprint: str
    business_date: str
    built_at: datetime
    build_number: int


def check_warehouse(path: Path) -> None:
    """Check that the warehouse file, if it exists, is a DuckDB database of ours.

    Raises:
        HomeUnusable: It is damaged, foreign, or held by another program. The file is left as it is.
    """
    if not path.exists():
        return
    try:
        with duckdb.connect(str(path)) as connection:
            schemas = {
                name
                for (name,) in connection.execute(
                    "select distinct schema_name from duckdb_tables() where database_name = current_database()"
                ).fetchall()
            }
    except duckdb.Error as problem:
        reason = str(problem).strip().splitlines()[0]
        raise HomeUnusable(
            f"The warehouse {path} cannot be opened ({reason}). Nothing was changed.",
            advice=Advice(
                "Close what holds it, or move the file away and run `backfill` to load it again.",
                "Ask an admin to close what holds it, or to move the file away and load it again.",
            ),
        ) from problem
    if schemas and not any(name.startswith("raw_") for name in schemas):
        raise HomeUnusable(
            f"{path} is a DuckDB database, but not a Shipledger warehouse. Nothing was changed.",
            advice=Advice(
                "Point SHIPLEDGER_HOME to another directory, or move the file away.",
                "Ask an admin to configure another home, or to move the file away.",
            ),
        )


@contextmanager
def open_warehouse(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the warehouse with the worker's tables in it for as long as the block lasts."""
    with duckdb.connect(str(path)) as connection:
        configure(connection, path.parent)
        connection.execute(_TABLES)
        _add_later_columns(connection)
        yield connection


def _add_later_columns(connection: duckdb.DuckDBPyConnection) -> None:
    """Add the columns that the table of runs of an earlier release lacks."""
    known = connection.execute(
        "select list(column_name) from duckdb_columns()"
        " where schema_name = 'raw_shipledger' and table_name = 'runs' and database_name = current_database()"
    ).fetchall()[0][0]
    for name in _LATER_COLUMNS:
        if name not in known:
            connection.execute(f"alter table raw_shipledger.runs add column {name} bigint")


def configure(connection: duckdb.DuckDBPyConnection, home: Path) -> None:
    """Set DuckDB's memory limit, its spill directory in the home, and where it finds files."""
    spill = str(home / "scratch" / "duckdb").replace("'", "''")
    connection.execute(f"set memory_limit = '{DATABASE_MEMORY}'; set temp_directory = '{spill}'")
    find_files_in(connection, home)


def limit_memory(connection: duckdb.DuckDBPyConnection, limit: str, kind: str, *, full: bool) -> None:
    """Set DuckDB's memory for a build, which dbt shares.

    Where the kind of run has a limit of its own, the build has one thread, unless it is a full one.
    """
    connection.execute(f"set memory_limit = '{limit}'")
    if kind in _WITH_ONE_THREAD and not full:
        connection.execute("set threads = 1")


def find_files_in(connection: duckdb.DuckDBPyConnection, home: Path) -> None:
    """Let DuckDB find files by names relative to a home, as in the models' views."""
    path = str(home).replace("'", "''")
    connection.execute(f"set file_search_path = '{path}'")


def loads_to_build(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Return the ids of loads with rows that the models read and no finished build has covered."""
    tables = connection.execute(
        "select schema_name, table_name from duckdb_columns()"
        " where column_name = '_dlt_load_id' and schema_name in (select unnest(?))"
        " and table_name not in (select unnest(?)) and not starts_with(table_name, '_dlt_')"
        " and (schema_name <> 'raw_legacy' or table_name = 'imports')"
        " and database_name = current_database()",
        [list(_RAW_SCHEMAS), list(_INGEST_NOTES)],
    ).fetchall()
    if not tables:
        return []
    each = " union ".join(f'select _dlt_load_id as load_id from "{schema}"."{table}"' for schema, table in tables)
    rows = connection.execute(f"{each} except ({_covered(connection, 0)})").fetchall()
    return sorted(load for (load,) in rows)


def loads_covered_since(connection: duckdb.DuckDBPyConnection, build_number: int) -> list[str]:
    """Return the ids of the loads that finished builds after this number have covered."""
    return [load for (load,) in connection.execute(_covered(connection, build_number)).fetchall()]


def last_build_number(connection: duckdb.DuckDBPyConnection) -> int:
    """Return the number of the last finished build, 0 before the first."""
    if not _has_builds(connection):
        return 0
    [(number,)] = connection.execute("select max(build_number) from builds.builds_finished").fetchall()
    return int(number or 0)


def _covered(connection: duckdb.DuckDBPyConnection, after: int) -> str:
    """Return a query of the loads that finished builds after a number have covered."""
    if not _has_builds(connection):
        return "select null::varchar where false"
    return f"select unnest(load_ids) from builds.builds_finished where build_number > {after}"


def _has_builds(connection: duckdb.DuckDBPyConnection) -> bool:
    known = connection.execute(
        "from duckdb_tables() where schema_name = 'builds' and database_name = current_database()"
    ).fetchone()
    return known is not None


def has_shipstation(connection: duckdb.DuckDBPyConnection) -> bool:
    """Return whether ShipStation was ever loaded; before that there is nothing to build."""
    row = connection.execute(
        "select exists (from duckdb_tables() where schema_name = 'raw_shipstation' and table_name = 'orders')"
    ).fetchone()
    return bool(row and row[0])


def state_of(connection: duckdb.DuckDBPyConnection) -> str:
    """Return what the compiled models depend on beside the project: which of the rare sources were ever loaded."""
    found = connection.execute(
        "select schema_name, table_name from duckdb_tables() where database_name = current_database()"
    ).fetchall()
    return ", ".join(
        f"{'with' if table in found else 'without'} {source}" for source, table in _RARE_SOURCES.items()
    )


def read_green_build(connection: duckdb.DuckDBPyConnection) -> GreenBuild | None:
    """Return the last build that passed, None before the first."""
    row = connection.execute(
        "select fingerprint, business_date::varchar, built_at, coalesce(build_number, 0)"
        " from raw_shipledger.green_build"
    ).fetchone()
    return GreenBuild(row[0], row[1], row[2].astimezone(UTC), row[3]) if row else None


def forget_green_build(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the next build a full one: until it passes, the tables may be incomplete."""
    connection.execute("delete from raw_shipledger.green_build")


def note_green_build(connection: duckdb.DuckDBPyConnection, build: GreenBuild) -> None:
    """Record a build that passed."""
    connection.execute("begin")
    connection.execute("delete from raw_shipledger.green_build")
    connection.execute("insert into raw_shipledger.green_build values (?, ?, ?, ?)", list(astuple(build)))
    connection.execute("commit")


def newest_finished_run(connection: duckdb.DuckDBPyConnection) -> datetime | None:
    """Return when (UTC) the last recorded run finished, None when none has."""
    row = connection.execute("select max(finished_at) from raw_shipledger.runs").fetchone()
    return row[0].astimezone(UTC) if row and row[0] else None


def note_runs(connection: duckdb.DuckDBPyConnection, runs: Sequence[Run]) -> None:
    """Write runs, replacing earlier versions of them."""
    if not runs:
        return
    connection.execute("begin")
    connection.execute(
        "delete from raw_shipledger.runs where run_id in (select unnest(?))", [[run.run_id for run in runs]]
    )
    marks = ", ".join("?" * len(astuple(runs[0])))
    connection.executemany(f"insert into raw_shipledger.runs values ({marks})", [astuple(run) for run in runs])
    connection.execute("commit")
