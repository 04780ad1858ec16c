"""Open the lake: load DuckDB's extensions and attach the catalog."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

# The name under which the lake is attached.
LAKE = "lake"
# Where the lake's files are, there is this one too.
_MARKER = "shipledger.csv"
_EXTENSIONS = {"postgres": "postgres_scanner", "sqlite": "sqlite_scanner"}
_MEMORY = "1GB"


class ExtensionMissing(Exception):
    """An extension of DuckDB could not be loaded."""


class FilesUnusable(Exception):
    """The place of the lake's files cannot be written, or is not that of this lake."""


@contextmanager
def opened_lake(request: Mapping[str, Any], *, read_only: bool) -> Iterator[duckdb.DuckDBPyConnection]:
    """Attach the lake as `lake` for as long as the block lasts.

    Args:
        request: `catalog`, `data` and `library` as in `Lake`, and `scratch`, a folder for what exceeds the memory.
        read_only: Refuse to write, and take the files from `data` also where the catalog names another place.

    Raises:
        ExtensionMissing: An extension could not be loaded.
        FilesUnusable: The place of the files cannot be used.
        duckdb.Error: The catalog cannot be attached. The text may hold the catalog's password.
    """
    config: dict[str, Any] = {"threads": 2, "memory_limit": _MEMORY, "temp_directory": request["scratch"]}
    with duckdb.connect(config=config) as connection:
        for name in _needed(request):
            _load(connection, name, request["library"])
        if "DUCKDB_S3_ENDPOINT" in os.environ:
            # A server of one's own has no name for each bucket.
            connection.execute("set s3_url_style = 'path'")
        is_marked = read_only or _mark_files(connection, request["data"])
        attach_lake(connection, request, LAKE, read_only=read_only)
        if not is_marked:
            _check_files(connection, request["data"])
        yield connection


def attach_lake(
    connection: duckdb.DuckDBPyConnection,
    request: Mapping[str, Any],
    name: str,
    *,
    read_only: bool,
    version: int | None = None,
) -> None:
    """Attach the lake under a name, as it is now or as it was at a version."""
    options = ["read_only"] if read_only else []
    if request["data"]:
        options.append(f"data_path {quoted(request['data'])}")
        options += ["override_data_path true"] if read_only else []
    if version is not None:
        options.append(f"snapshot_version {version}")
    given = f" ({', '.join(options)})" if options else ""
    connection.execute(f"attach {quoted(request['catalog'])} as {name}{given}")


def tables_of(connection: duckdb.DuckDBPyConnection, database: str, schema: str) -> list[str]:
    """Return the names of a schema's tables."""
    found = connection.execute(
        "select table_name from duckdb_tables() where database_name = ? and schema_name = ? order by table_name",
        [database, schema],
    ).fetchall()
    return [name for (name,) in found]


def quoted(text: str) -> str:
    """Return a text as SQL's literal."""
    return "'" + text.replace("'", "''") + "'"


def named(*parts: str) -> str:
    """Return the name of a table or column in SQL."""
    return ".".join('"' + part.replace('"', '""') + '"' for part in parts)


def _needed(request: Mapping[str, Any]) -> list[str]:
    of_catalog = _EXTENSIONS.get(request["catalog"].split(":")[1])
    # Without a place of the files, only the catalog knows whether they are in object storage.
    of_files = "httpfs" if "://" in (request["data"] or "://") else None
    return ["ducklake", *filter(None, (of_catalog, of_files))]


def _mark_files(connection: duckdb.DuckDBPyConnection, data: str) -> bool:
    """Leave a file where the lake's are, before a new catalog keeps a wrong place for good.

    Returns:
        Whether it was there already.
    """
    marker = f"{data}/{_MARKER}"
    # With a wildcard, because DuckDB does not look for a single file in object storage.
    if connection.execute("select count(*) from glob(?)", [f"{marker}*"]).fetchall()[0][0]:
        return True
    if "://" in data:
        connection.execute(f"copy (select 1 as shipledger) to {quoted(marker)}")
        return False
    try:
        Path(data).mkdir(parents=True, exist_ok=True)
        Path(marker).write_text("The files of a DuckLake that Shipledger publishes to.\n")
    except OSError as problem:
        raise FilesUnusable(str(problem)) from problem
    return False


def _check_files(connection: duckdb.DuckDBPyConnection, data: str) -> None:
    """Refuse a folder that is not that of the lake's files: a shared folder that is not mounted."""
    known = connection.execute(f"select count(*) from ducklake_snapshots({quoted(LAKE)})").fetchall()[0][0]
    if known > 1 and "://" not in data:
        Path(data, _MARKER).unlink()
        raise FilesUnusable(f"{data} has no {_MARKER}: it is not the folder of the lake, or not mounted")


def _load(connection: duckdb.DuckDBPyConnection, name: str, library: str | None) -> None:
    try:
        if library is None:
            connection.execute(f"install {name}")
            connection.execute(f"load {name}")
            return
        [file] = Path(library).glob(f"duckdb_extension_*/extensions/v{duckdb.__version__}/{name}.duckdb_extension")
        connection.execute(f"load {quoted(str(file))}")
    except (duckdb.Error, ValueError) as problem:
        raise ExtensionMissing(f"{name} of DuckDB {duckdb.__version__}") from problem
