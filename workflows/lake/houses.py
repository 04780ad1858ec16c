"""The houses in a lake: whose each is, what was published of each and when, and the views over all of them.

A publication is a snapshot of the lake with our facts in its commit message, so DuckLake's own list of snapshots
is the list of publications.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import duckdb

from workflows.config.lake_settings import GROUP, REGISTER
from workflows.config.thresholds import KEPT_SNAPSHOTS
from workflows.lake.catalog import LAKE, named, quoted

_HOUSES = named(LAKE, REGISTER, "houses")
_AUTHOR = "shipledger"
_FACTS = {"house", "home", "snapshot", "stamp"}
# A reader may be in the middle of an older version; its files are deleted a day after it expired.
_FILES_KEPT = "interval 1 day"
# What is in `changes` of a snapshot and changes no row.
_NO_CHANGES = ("compacted_table", "merge_adjacent", "rewrite_delete", "flushed_inlined")


class HouseRefused(Exception):
    """The house's name is used by another home, or its schema was made by somebody else."""


@dataclass(frozen=True)
class Publication:
    """A version of a house in the lake.

    Attributes:
        version: The lake's snapshot.
        at: When (UTC, ISO) it was committed.
        facts: `house`, `home` (its id), `snapshot` (the file's name there) and `stamp` (what tells whether that
            file is still the same).
    """

    version: int
    at: str
    facts: dict[str, Any]


def take_house(connection: duckdb.DuckDBPyConnection, house: str, home: str, last: Publication | None) -> None:
    """Make the house's schema for a home, unless it has it already.

    Args:
        connection: In a transaction.
        house: The house.
        home: The home's id.
        last: Its last publication, which says whose it is where somebody removed our list of houses.

    Raises:
        HouseRefused: It is another home's, or the schema is there and no home's.
    """
    connection.execute(f"create schema if not exists {named(LAKE, REGISTER)}")
    connection.execute(f"create table if not exists {_HOUSES} (house varchar, home varchar)")
    listed = connection.execute(f"select home from {_HOUSES} where house = ?", [house]).fetchall()
    owner = listed[0][0] if listed else last.facts["home"] if last else None
    if owner not in (None, home):
        raise HouseRefused("another home publishes there")
    if owner is None and house in _schemas(connection):
        raise HouseRefused("it has a schema of that name that no home has published")
    connection.execute(f"create schema if not exists {named(LAKE, house)}")
    if not listed:
        connection.execute(f"insert into {_HOUSES} values (?, ?)", [house, home])


def houses_in(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Return the houses of the lake, none in a lake to which nothing was published."""
    if REGISTER not in _schemas(connection):
        return []
    found = connection.execute(f"select distinct house from {_HOUSES} order by house").fetchall()
    return [house for (house,) in found if house in _schemas(connection)]


def publications(connection: duckdb.DuckDBPyConnection, house: str | None = None) -> list[Publication]:
    """Return the publications that the lake still has, newest first; of one house, or of all."""
    found = connection.execute(
        "select snapshot_id, snapshot_time::timestamptz, commit_extra_info"
        f" from ducklake_snapshots({quoted(LAKE)}) where author = ? order by snapshot_id desc",
        [_AUTHOR],
    ).fetchall()
    every = (Publication(version, at.isoformat(), _facts(text)) for version, at, text in found)
    return [one for one in every if one.facts and house in (None, one.facts["house"])]


def note_publication(connection: duckdb.DuckDBPyConnection, facts: dict[str, Any]) -> None:
    """Let the snapshot that this transaction makes be a publication with these facts."""
    message = f"publish {facts['house']}"
    connection.execute(
        f"call ducklake_set_commit_message({quoted(LAKE)}, {quoted(_AUTHOR)}, {quoted(message)},"
        f" extra_info => {quoted(json.dumps(facts))})"
    )


def changed_by_others(connection: duckdb.DuckDBPyConnection, house: str, since: int) -> bool:
    """Return whether somebody else has changed rows or tables of a house since a snapshot of the lake."""
    tables = connection.execute(
        f"select table_id::varchar from ducklake_table_info({quoted(LAKE)})"
        " join __ducklake_metadata_lake.ducklake_schema as schemas using (schema_id)"
        " where schemas.schema_name = ?",
        [house],
    ).fetchall()
    ours = {table for (table,) in tables}
    changes = connection.execute(
        f"select changes from ducklake_snapshots({quoted(LAKE)})"
        " where snapshot_id > ? and author is distinct from ?",
        [since, _AUTHOR],
    ).fetchall()
    touched = {
        one for (change,) in changes for kind, names in change.items() if kind not in _NO_CHANGES for one in names
    }
    return any(one in ours or one.startswith((f"{house}.", f'"{house}".')) for one in touched)


def unite_houses(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the views over all houses, where one is missing or is of other houses than today's."""
    connection.execute(f"create schema if not exists {named(LAKE, GROUP)}")
    houses = houses_in(connection)
    members: dict[str, list[str]] = {}
    for house, table in connection.execute(
        "select schema_name, table_name from duckdb_tables() where database_name = ? order by all", [LAKE]
    ).fetchall():
        if house in houses:
            members.setdefault(table, []).append(house)
    views = dict(
        connection.execute(
            "select view_name, sql from duckdb_views() where database_name = ? and schema_name = ?", [LAKE, GROUP]
        ).fetchall()
    )
    for table, with_it in members.items():
        if re.findall(r'FROM "?(\w+)"?\.', views.get(table, "")) != with_it:
            connection.execute(f"create or replace view {named(LAKE, GROUP, table)} as {_union(table, with_it)}")
    for view in views.keys() - members.keys():
        connection.execute(f"drop view {named(LAKE, GROUP, view)}")


def expire_old_versions(connection: duckdb.DuckDBPyConnection) -> None:
    """Expire what is older than the last publications of its house, and delete files that no version has."""
    kept: dict[str, int] = {}
    expired = []
    for one in publications(connection):
        house = one.facts["house"]
        kept[house] = kept.get(house, 0) + 1
        if kept[house] > KEPT_SNAPSHOTS:
            expired.append(one.version)
    if expired:
        connection.execute(f"call ducklake_expire_snapshots({quoted(LAKE)}, versions => {expired})")
    connection.execute(f"call ducklake_cleanup_old_files({quoted(LAKE)}, older_than => now() - {_FILES_KEPT})")


def _facts(text: str | None) -> dict[str, Any]:
    """Return a publication's facts, empty when somebody else wrote the message."""
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) and found.keys() >= _FACTS else {}


def _union(table: str, houses: Iterable[str]) -> str:
    return " union all by name ".join(
        f"select {quoted(house)} as house, * from {named(house, table)}" for house in houses
    )


def _schemas(connection: duckdb.DuckDBPyConnection) -> list[str]:
    found = connection.execute(
        "select schema_name from duckdb_schemas() where database_name = ?", [LAKE]
    ).fetchall()
    return [name for (name,) in found]
