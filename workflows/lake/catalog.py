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
_EXTENSIONS = {"postgres": "postgres_scanner", "sqlite": "sqlite_scanner"}
# A server that cannot be reached is given up after this; a connection that was cut, after half a minute.
_POSTGRES_TIMES = {"PGCONNECT_TIMEOUT": "10", "PGTCPUSERTIMEOUT": "30000"}
_MEMORY = "1GB"


class ExtensionMissing(Exception):
    """An extension of DuckDB could not be loaded."""


@contextmanager
def opened_lake(request: Mapping[str, Any], *, read_only: bool) -> Iterator[duckdb.DuckDBPyConnection]:
    """Attach the lake as `lake` for as long as the block lasts.

    Args:
        request: `catalog`, `data` and `library` as in `Lake`, and `scratch`, a folder for what exceeds the memory.
        read_only: Refuse to write, and take the files from `data` also where the catalog names another place.

    Raises:
        ExtensionMissing: An extension could not be loaded.
        duckdb.Error: The catalog cannot be attached. The text may hold the catalog's password.
    """
    for name, value in _POSTGRES_TIMES.items():
        os.environ.setdefault(name, value)
    config: dict[str, Any] = {"threads": 2, "memory_limit": _MEMORY, "temp_directory": request["scratch"]}
    with duckdb.connect(config=config) as connection:
        for name in _needed(request):
            _load(connection, name, request["library"])
        if "DUCKDB_S3_ENDPOINT" in os.environ:
            # A server of one's own has no name for each bucket.
            connection.execute("set s3_url_style = 'path'")
        options = ["read_only"] if read_only else []
        if request["data"]:
            options.append(f"data_path {quoted(request['data'])}")
            options += ["override_data_path true"] if read_only else []
        given = f" ({', '.join(options)})" if options else ""
        connection.execute(f"attach {quoted(request['catalog'])} as {LAKE}{given}")
        yield connection


def quoted(text: str) -> str:
    """Return a text as SQL's literal."""
    return "'" + text.replace("'", "''") + "'"


def named(*parts: str) -> str:
    """Return the name of a table or column in SQL."""
    return ".".join('"' + part.replace('"', '""') + '"' for part in parts)


def _needed(request: Mapping[str, Any]) -> list[str]:
    of_catalog = _EXTENSIONS.get(request["catalog"].split(":")[1])
    of_files = "httpfs" if "://" in (request["data"] or "") else None
    return ["ducklake", *filter(None, (of_catalog, of_files))]


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
