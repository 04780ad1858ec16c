"""Copy a house from the lake into a file of the form of a published snapshot, for page, reports and export."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from workflows.lake import houses
from workflows.lake.catalog import attach_lake, named, opened_lake, quoted, tables_of

# As in dbt_project/profiles.yml.
_STORAGE = "v1.5.0"
# The lake as it was when the house was published.
_THEN = "published"


class NothingPublished(Exception):
    """Nothing of the house is in the lake."""


def copy_house(request: Mapping[str, Any]) -> dict[str, Any]:
    """Copy the last publication of a house into a new file, unless there is a copy already.

    The copy is of one version of the lake, that of the publication: what anybody else has written is not in it.

    Args:
        request: As of `opened_lake`, `house`, `folder`, where the copies are, and `part`, the file to write.

    Returns:
        `snapshot`, the name of the copy; `at`, when (UTC, ISO) it was published; `is_new`, whether it was copied
        now, to `part`.

    Raises:
        NothingPublished: Nothing of the house is in the lake.
        duckdb.Error: Nothing was copied.
    """
    with opened_lake(request, read_only=True) as connection:
        last = next(iter(houses.publications(connection, request["house"])), None)
        if last is None:
            raise NothingPublished(f"its houses: {', '.join(houses.houses_in(connection)) or 'none'}")
        stem = Path(last.facts["snapshot"]).stem
        name = f"{stem}-{last.version:09}.duckdb"
        is_new = not (Path(request["folder"]) / name).exists()
        if is_new:
            attach_lake(connection, request, _THEN, read_only=True, version=last.version)
            _copy(connection, request["house"], request["part"])
    return {"snapshot": name, "at": last.at, "is_new": is_new}


def _copy(connection: duckdb.DuckDBPyConnection, house: str, file: str) -> None:
    connection.execute(f"attach {quoted(file)} as copy (storage_version {quoted(_STORAGE)})")
    connection.execute("create schema copy.marts")
    for table in tables_of(connection, _THEN, house):
        connection.execute(f"create table {named('copy', 'marts', table)} as from {named(_THEN, house, table)}")
    connection.execute("detach copy")
