"""Publish a snapshot of a home to the lake, in one transaction."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from workflows.lake import houses
from workflows.lake.catalog import LAKE, named, opened_lake, quoted
from workflows.lake.changes import columns_in, keys_in, replace_changed_rows

MARTS = "marts"
_ATTEMPTS = 10
_PAUSE_SECONDS = 0.2
# Another house joins in the same moment: both make the catalog, or the views over all houses.
_CONFLICTS = "conflict|already exists|duplicate key"
_NEW, _OLD = "new_snapshot", "old_snapshot"


def publish(request: Mapping[str, Any]) -> dict[str, Any]:
    """Bring a house in the lake to the state of a snapshot.

    Only changed rows are written. They are found by comparing the snapshot with the one that was published last,
    if it is still there and nobody else has written to the house; else with the lake.

    Args:
        request: As of `opened_lake`, `house`, `home` (its id), and `snapshot`, the path of the file.

    Returns:
        `rows`, written by table, unchanged tables left out; `compared_with`, `nothing`, `snapshot` or `lake`;
        `version`, the lake's; and `tidied`, why old versions could not be removed, None when they were.

    Raises:
        HouseRefused: The house is another home's.
        duckdb.Error: Nothing was published.
    """
    for attempt in range(1, _ATTEMPTS):
        try:
            return _attempt(request)
        except duckdb.Error as problem:
            if not re.search(_CONFLICTS, str(problem)):
                raise
            time.sleep(_PAUSE_SECONDS * attempt)
    return _attempt(request)


def _attempt(request: Mapping[str, Any]) -> dict[str, Any]:
    with opened_lake(request, read_only=False) as connection:
        connection.execute(f"attach {quoted(request['snapshot'])} as {_NEW} (read_only)")
        facts = _in_transaction(connection, request)
        return {**facts, "tidied": _tidy(connection)}


def _in_transaction(connection: duckdb.DuckDBPyConnection, request: Mapping[str, Any]) -> dict[str, Any]:
    connection.execute("begin")
    try:
        facts = _publish(connection, request)
        connection.execute("commit")
    except BaseException:
        _roll_back(connection)
        raise
    [last, *_] = houses.publications(connection, request["house"])
    return {**facts, "version": last.version}


def _publish(connection: duckdb.DuckDBPyConnection, request: Mapping[str, Any]) -> dict[str, Any]:
    house, home, file = request["house"], request["home"], Path(request["snapshot"])
    last = next(iter(houses.publications(connection, house)), None)
    houses.take_house(connection, house, home, last)
    is_ours = last is not None and not houses.changed_by_others(connection, house, last.version)
    if last is not None and is_ours and last.facts["stamp"] == stamp_of(file):
        return {"rows": {}, "compared_with": "nothing"}
    old = _attach_old(connection, file.parent, last.facts) if last is not None and is_ours else None
    rows = _publish_tables(connection, house, is_old_here=old is not None)
    houses.unite_houses(connection)
    facts = {"house": house, "home": home, "snapshot": file.name, "stamp": stamp_of(file)}
    houses.note_publication(connection, facts)
    return {"rows": rows, "compared_with": "snapshot" if old else "lake"}


def _publish_tables(connection: duckdb.DuckDBPyConnection, house: str, *, is_old_here: bool) -> dict[str, int]:
    rows = {}
    tables, there = columns_in(connection, _NEW, MARTS), columns_in(connection, LAKE, house)
    before = columns_in(connection, _OLD, MARTS) if is_old_here else {}
    keys = keys_in(connection, _NEW, MARTS)
    for table, columns in tables.items():
        target, new = named(LAKE, house, table), named(_NEW, MARTS, table)
        if there.get(table) != columns:
            [(written,)] = connection.execute(f"create or replace table {target} as from {new}").fetchall()
        else:
            old = named(_OLD, MARTS, table) if before.get(table) == columns else target
            written = replace_changed_rows(connection, target, old, new, keys.get(table) or [columns[0][0]])
        if written is not None:
            rows[table] = int(written)
    for table in there.keys() - tables.keys():
        connection.execute(f"drop table {named(LAKE, house, table)}")
    return rows


def _attach_old(connection: duckdb.DuckDBPyConnection, folder: Path, facts: Mapping[str, Any]) -> Path | None:
    """Attach the snapshot that was published last, if it is still the same file; redaction rewrites it."""
    file = Path(folder / facts["snapshot"])
    if not file.exists() or stamp_of(file) != facts["stamp"]:
        return None
    connection.execute(f"attach if not exists {quoted(str(file))} as {_OLD} (read_only)")
    return file


def stamp_of(file: Path) -> str:
    """Return what tells whether a file is still the same."""
    stat = file.stat()
    return f"{file.name} {stat.st_size} {stat.st_mtime_ns}"


def _roll_back(connection: duckdb.DuckDBPyConnection) -> None:
    try:
        connection.execute("rollback")
    except duckdb.Error:
        # A failed commit has ended the transaction already.
        return


def _tidy(connection: duckdb.DuckDBPyConnection) -> str | None:
    """Remove old versions; the next publication does what this one could not."""
    try:
        houses.expire_old_versions(connection)
    except duckdb.Error as problem:
        return str(problem)
    return None
