"""Removal of the SQL that a DuckDB file stores: a restored database keeps its tables only.

A view can do more than read tables: DuckDB has table functions that read any file, and one that writes its log to
any folder. They would run with the rights of the worker. Our own views are made again by the next build, which is
a full one. Our databases have no macros and triggers.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from workflows.errors import UsageError

# Nobody's code runs, and nothing is fetched, while a file is looked at that somebody else may have made.
NO_FILES: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "enable_external_access": False,
}
_VIEWS = "select schema_name, view_name from duckdb_views() where not internal"
_OTHER_CODE = """
select function_name from duckdb_functions() where not internal
union all
select trigger_name from duckdb_triggers()
"""


def remove_stored_code(folder: Path) -> None:
    """Drop the views of the databases in an unpacked backup.

    Raises:
        UsageError: A database has macros or triggers, which no backup has.
    """
    for path in folder.rglob("*.duckdb"):
        if not path.is_symlink() and (views := _read_views(path)):
            mode = path.stat().st_mode
            path.chmod(0o600)
            with duckdb.connect(str(path), config=NO_FILES) as connection:
                for schema, view in views:
                    connection.execute(f"drop view {quoted(schema)}.{quoted(view)}")
                connection.execute("checkpoint")
            path.chmod(mode)


def _read_views(path: Path) -> list[tuple[str, str]]:
    with duckdb.connect(str(path), read_only=True, config=NO_FILES) as connection:
        if connection.execute(_OTHER_CODE).fetchone():
            raise UsageError(
                f"The backup's {path.name} has macros or triggers, which no database of Shipledger has. "
                "Nothing was changed. Use another backup."
            )
        return connection.execute(_VIEWS).fetchall()


def quoted(name: str) -> str:
    """Return a name as an identifier of DuckDB and SQLite."""
    return '"' + name.replace('"', '""') + '"'
