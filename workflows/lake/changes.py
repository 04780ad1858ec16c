"""What differs between two versions of a table, and bringing the lake's table to the newer one."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from workflows.lake.catalog import named, tables_of

# Rows are first compared by the sums of their hashes in so many groups of keys: comparing all rows with all takes
# the memory of the whole table. That different rows have the same sum is as likely as one in 2 ** 64.
_GROUPS = 65536
_CHANGED = "changed_keys"


Columns = list[tuple[str, str]]


def columns_in(connection: duckdb.DuckDBPyConnection, database: str, schema: str) -> dict[str, Columns]:
    """Return the names and types of the columns of a schema's tables, by table.

    One table after the other: `duckdb_columns` also binds the views over all houses, which takes long.
    """
    return {
        table: [row[:2] for row in connection.execute(f"describe {named(database, schema, table)}").fetchall()]
        for table in tables_of(connection, database, schema)
    }


def keys_in(connection: duckdb.DuckDBPyConnection, database: str, schema: str) -> dict[str, list[str]]:
    """Return the primary keys of a schema's tables, by table."""
    return dict(
        connection.execute(
            "select table_name, constraint_column_names from duckdb_constraints()"
            " where database_name = ? and schema_name = ? and constraint_type = 'PRIMARY KEY'",
            [database, schema],
        ).fetchall()
    )


def replace_changed_rows(
    connection: duckdb.DuckDBPyConnection, target: str, old: str, new: str, key: Sequence[str]
) -> int | None:
    """Bring a table of the lake from one version to another.

    Args:
        connection: With the lake and both versions attached, in a transaction.
        target: The lake's table, as SQL names it.
        old: What it holds now: the table itself, or a local table with the same rows.
        new: What it should hold.
        key: The columns by which rows are replaced. They need not be unique: all rows with a changed key are
            replaced together.

    Returns:
        How many rows it got; None if nothing differed.
    """
    if not _find_changed_keys(connection, old, new, key):
        return None
    same = " and ".join(f"{_CHANGED}.{named(one)} is not distinct from stored.{named(one)}" for one in key)
    is_changed = f"exists (select 1 from {_CHANGED} where {same})"
    connection.execute(f"delete from {target} as stored where {is_changed}")
    [(rows,)] = connection.execute(
        f"insert into {target} select * from {new} as stored where {is_changed}"
    ).fetchall()
    return int(rows)


def _find_changed_keys(connection: duckdb.DuckDBPyConnection, old: str, new: str, key: Sequence[str]) -> bool:
    """Write the keys of all rows that differ to a temporary table, and return whether there may be any."""
    keys = ", ".join(map(named, key))
    group = f"hash({keys}) % {_GROUPS}"
    groups = " full join ".join(
        f"(select {group} as g, count(*) as rows, sum(hash({one})) as hashes from {source} as {one} group by g)"
        f" as {one}"
        for one, source in (("old", old), ("new", new))
    )
    [(differing,)] = connection.execute(
        f"create or replace temp table differing_groups as select coalesce(old.g, new.g) as g from {groups}"
        " on old.g = new.g where (old.rows, old.hashes) is distinct from (new.rows, new.hashes)"
    ).fetchall()
    if not differing:
        return False
    was, is_now = (
        f"(select * from {source} where {group} in (select g from differing_groups))" for source in (old, new)
    )
    connection.execute(
        f"create or replace temp table {_CHANGED} as select distinct {keys} from"
        f" ((from {was} except all from {is_now}) union all (from {is_now} except all from {was}))"
    )
    return True
