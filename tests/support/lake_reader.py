"""A reader of the lake with the DuckDB that has the extensions: statements on standard input, rows as JSON."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import duckdb

EXTENSIONS = ("ducklake", "postgres_scanner", "sqlite_scanner", "httpfs")


def connected(library: str, catalog: str, data: str | None = None) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={"autoinstall_known_extensions": False})
    for name in EXTENSIONS:
        [file] = Path(library).glob(f"duckdb_extension_*/extensions/*/{name}.duckdb_extension")
        connection.execute(f"load '{file}'")
    place = f" (data_path '{data}')" if data else ""
    connection.execute(f"attach '{catalog}' as lake{place}")
    return connection


if __name__ == "__main__":
    request = json.load(sys.stdin)
    lake = connected(request["library"], request["catalog"], request.get("data"))
    print(json.dumps([lake.execute(one).fetchall() for one in request["statements"]], default=str))  # noqa: T201
