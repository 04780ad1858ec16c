"""The worker's own tables in the warehouse, schema `raw_shipledger`: facts about builds and runs.

- `build_context`: one row, the instant and time zone the models take "now" and "today" from.
- `built_loads`: which loads a green build has covered.
- `unbuilt_loads`: which it has not, as of the build that follows: what it has to look at again.
- `begun_builds`: the builds that began since the last green one. Two rows tell that the one before was not green.
- `green_build`: one row, of what the last green build was made.
- `runs`: every run of any kind, as the workflow store tells it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

# A full build of a million orders takes 5.4 GB without a limit and 2.8 GB with this one, no slower: what does not
# fit waits in the scratch directory, which a starting worker empties. dbt shares the instance, and so the limit.
_MEMORY = "2500MB"
_TABLES = """
create schema if not exists raw_shipledger;
create table if not exists raw_shipledger.build_context (
    as_of timestamptz not null, timezone varchar not null, run_id varchar not null
);
create table if not exists raw_shipledger.built_loads (load_id varchar not null);
create table if not exists raw_shipledger.unbuilt_loads (load_id varchar not null);
create table if not exists raw_shipledger.begun_builds (as_of timestamptz not null);
create table if not exists raw_shipledger.green_build (
    fingerprint varchar not null, business_date date not null, built_at timestamptz not null
);
create table if not exists raw_shipledger.runs (
    run_id varchar not null, kind varchar not null, started_at timestamptz, finished_at timestamptz,
    status varchar not null, watermark_before timestamptz, watermark_after timestamptz,
    orders_fetched bigint, orders_changed bigint, shipments_fetched bigint, api_requests bigint,
    seconds double, actor varchar, error varchar
);
"""
# Columns of `runs` that came with later releases, in their order.
_LATER_COLUMNS = ("orders_new", "orders_manual", "orders_updated", "labels_new")
# What some models are made of that a business may never use: orders of a shop, closed periods.
_PARTS = {
    "xcart": ("raw_xcart.orders",),
    "closes": ("raw_operations.frozen_months", "raw_operations.closed_weeks"),
}
_RAW_SCHEMAS = ("raw_shipstation", "raw_operations", "raw_xcart")
# What ingest notes for itself; no model reads it.
_INGEST_NOTES = ("watermarks", "ghost_looks", "files")


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
    """Of what the last green build was made: the models' fingerprint, the business's day, and when (UTC)."""

    fingerprint: str
    business_date: str
    built_at: datetime


@contextmanager
def open_warehouse(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse with the worker's tables in it, for as long as the block lasts."""
    with duckdb.connect(str(path)) as connection:
        configure(connection, path.parent)
        connection.execute(_TABLES)
        _add_later_columns(connection)
        yield connection


def _add_later_columns(connection: duckdb.DuckDBPyConnection) -> None:
    """Give the table of runs of an earlier release the columns that it lacks."""
    known = connection.execute(
        "select list(column_name) from duckdb_columns()"
        " where schema_name = 'raw_shipledger' and table_name = 'runs' and database_name = current_database()"
    ).fetchall()[0][0]
    for name in _LATER_COLUMNS:
        if name not in known:
            connection.execute(f"alter table raw_shipledger.runs add column {name} bigint")


def configure(connection: duckdb.DuckDBPyConnection, home: Path) -> None:
    """Have DuckDB hold no more than a build may, spill to the home's scratch directory and find its files."""
    spill = str(home / "scratch" / "duckdb").replace("'", "''")
    connection.execute(f"set memory_limit = '{_MEMORY}'; set temp_directory = '{spill}'")
    find_files_in(connection, home)


def find_files_in(connection: duckdb.DuckDBPyConnection, home: Path) -> None:
    """Have DuckDB find files by names relative to a home, as the models' views have them."""
    path = str(home).replace("'", "''")
    connection.execute(f"set file_search_path = '{path}'")


def loads_to_build(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Ids of loads whose rows no green build has covered yet."""
    tables = connection.execute(
        "select schema_name, table_name from duckdb_columns()"
        " where column_name = '_dlt_load_id' and schema_name in (select unnest(?))"
        " and table_name not in (select unnest(?)) and database_name = current_database()",
        [list(_RAW_SCHEMAS), list(_INGEST_NOTES)],
    ).fetchall()
    if not tables:
        return []
    each = " union ".join(f'select _dlt_load_id as load_id from "{schema}"."{table}"' for schema, table in tables)
    rows = connection.execute(
        f"select load_id from ({each}) where load_id not in (select load_id from raw_shipledger.built_loads)"
    ).fetchall()
    return sorted(load for (load,) in rows)


def has_shipstation(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether ShipStation was ever loaded; before that there is nothing to build."""
    row = connection.execute(
        "select exists (from duckdb_tables() where schema_name = 'raw_shipstation' and table_name = 'orders')"
    ).fetchone()
    return bool(row and row[0])


def unused_parts(connection: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """Parts of the models, by their tags, that no row has ever come for; a warm build leaves them alone."""
    return tuple(
        part for part, tables in _PARTS.items() if not any(_has_rows(connection, name) for name in tables)
    )


def _has_rows(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    try:
        row = connection.execute(f"select exists (from {table})").fetchone()
    except duckdb.CatalogException:
        return False
    return bool(row and row[0])


def former_system(connection: duckdb.DuckDBPyConnection) -> str:
    """What of the former system's data the models take, as text that changes when they must take other rows.

    They take what was shipped before ShipStation's first label, of orders that ShipStation never gave us. Empty
    when the former system was never loaded.
    """
    tables = {
        name
        for (name,) in connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables() where database_name = current_database()"
        ).fetchall()
    }
    if "raw_legacy.imports" not in tables:
        return ""
    state = connection.execute(
        """
        select
            (select max(noted_at) from raw_legacy.imports),
            (select min(ship_date) from raw_shipstation.shipments where void_date is null),
            (select count(*) from raw_legacy.shipped_orders
             where order_number in (select order_number from raw_shipstation.orders))
        """
    ).fetchone()
    return str(state)


def set_build_context(
    connection: duckdb.DuckDBPyConnection, as_of: datetime, timezone: str, run_id: str, loads: Sequence[str]
) -> None:
    """Say what "now" is for the build that follows, and which loads it has to cover."""
    connection.execute("begin")
    connection.execute("delete from raw_shipledger.build_context; delete from raw_shipledger.unbuilt_loads")
    connection.execute("insert into raw_shipledger.build_context values (?, ?, ?)", [as_of, timezone, run_id])
    connection.execute("insert into raw_shipledger.unbuilt_loads select unnest(?::varchar[])", [list(loads)])
    note_begun_build(connection)
    connection.execute("commit")


def note_begun_build(connection: duckdb.DuckDBPyConnection) -> None:
    """Note that a build begins; also one that takes over from a replay that got somewhere."""
    connection.execute("insert into raw_shipledger.begun_builds select as_of from raw_shipledger.build_context")


def read_green_build(connection: duckdb.DuckDBPyConnection) -> GreenBuild | None:
    """The last green build, None before the first."""
    row = connection.execute(
        "select fingerprint, business_date::varchar, built_at from raw_shipledger.green_build"
    ).fetchone()
    return GreenBuild(row[0], row[1], row[2].astimezone(UTC)) if row else None


def forget_green_build(connection: duckdb.DuckDBPyConnection) -> None:
    """Have the next build make everything from scratch: until one is green, what is there is only a part."""
    connection.execute("delete from raw_shipledger.green_build")


def note_green_build(connection: duckdb.DuckDBPyConnection, build: GreenBuild, loads: Sequence[str]) -> None:
    """Note that a build of these loads was green."""
    connection.execute("begin")
    connection.execute("delete from raw_shipledger.green_build")
    connection.execute("insert into raw_shipledger.green_build values (?, ?, ?)", list(astuple(build)))
    connection.execute("insert into raw_shipledger.built_loads select unnest(?)", [list(loads)])
    connection.execute("delete from raw_shipledger.begun_builds")
    connection.execute("commit")


def newest_finished_run(connection: duckdb.DuckDBPyConnection) -> datetime | None:
    """When (UTC) the last of the noted runs finished, None when none has."""
    row = connection.execute("select max(finished_at) from raw_shipledger.runs").fetchone()
    return row[0].astimezone(UTC) if row and row[0] else None


def note_runs(connection: duckdb.DuckDBPyConnection, runs: Sequence[Run]) -> None:
    """Write runs, replacing what was noted of them before."""
    if not runs:
        return
    connection.execute("begin")
    connection.execute(
        "delete from raw_shipledger.runs where run_id in (select unnest(?))", [[run.run_id for run in runs]]
    )
    marks = ", ".join("?" * len(astuple(runs[0])))
    connection.executemany(f"insert into raw_shipledger.runs values ({marks})", [astuple(run) for run in runs])
    connection.execute("commit")
