"""Opening the operations database, `operations.sqlite`; its tables are in `schema.sql`."""

from __future__ import annotations

import os
import sqlite3
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from workflows.config.sqlite_damage import error_of_system, is_damage
from workflows.errors import Advice, DatabaseBusy, HomeUnusable

_SCHEMA = (Path(__file__).parent / "schema.sql").read_text(encoding="utf-8")
# Noted in the file itself, so that a database of this very schema is opened without applying it.
_VERSION = zlib.crc32(_SCHEMA.encode()) & 0x7FFFFFFF
# Columns that the first releases lacked; `create table if not exists` adds none.
_LATER_COLUMNS = {
    "entries": ("corrects text", "seen_by_count integer"),
    "login_events": ("session_key text",),
}
# Tables with a column that the first releases required and may be null now; SQLite cannot alter that.
_NOW_OPTIONAL = {"lot_states": "status"}
_BUSY_SECONDS = 30
_RESTORE = Advice(
    "Stop the worker and `restore` the newest backup.",
    "Ask an admin to stop the worker and restore the newest backup.",
)


@contextmanager
def open_operations_database(database: Path) -> Iterator[sqlite3.Connection]:
    """Open the database for one transaction, which no other writer comes between; an error rolls it back.

    Args:
        database: The SQLite file. A missing one is made, for its owner alone; an older one is brought up to date.

    Raises:
        DatabaseBusy: Another process keeps it locked.
        HomeUnusable: It is damaged, or cannot be opened.
        ShipledgerError: The disk is full.
    """
    if not database.exists():
        with _errors_for_the_user(database):
            _make(database)
    with _connected(database) as connection, connection:
        connection.execute("begin immediate")
        yield connection


@contextmanager
def read_operations_database(database: Path) -> Iterator[sqlite3.Connection]:
    """Open the database for reading. A missing file is not made, and reads as a database without rows.

    A file of an earlier release is brought up to date first, which waits for its writers.

    Raises:
        DatabaseBusy: Another process keeps it locked.
        HomeUnusable: It is damaged, or cannot be opened.
        ShipledgerError: The disk is full.
    """
    with _connected(database if database.exists() else ":memory:") as connection:
        yield connection


def prepare_operations_database(database: Path) -> None:
    """Make the database when it is missing, and bring an older one up to date."""
    with open_operations_database(database):
        pass


def append_row(connection: sqlite3.Connection, table: str, **values: Any) -> None:
    """Append a row to a table; days and instants are written as ISO text."""
    plain = {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}
    marks = ", ".join(f":{name}" for name in plain)
    connection.execute(f"insert into {table} ({', '.join(plain)}) values ({marks})", plain)


def read_instant(text: str) -> datetime:
    """Return the instant (UTC) that a column has as ISO text."""
    return datetime.fromisoformat(text).astimezone(UTC)


def _make(database: Path) -> None:
    """Make the database, complete from its first moment: an empty file is a damaged one."""
    # SQLite's own files would be readable by others.
    handle, part = tempfile.mkstemp(prefix=".operations-", dir=database.parent)
    os.close(handle)
    try:
        with closing(sqlite3.connect(part)) as connection:
            _apply_schema(connection)
        # Of two processes that do this, one wins.
        with suppress(FileExistsError):
            os.link(part, database)
    finally:
        Path(part).unlink()


@contextmanager
def _connected(database: Path | str) -> Iterator[sqlite3.Connection]:
    with _errors_for_the_user(database):
        if isinstance(database, Path) and database.stat().st_size == 0:
            raise _damaged(database, "it is empty")
        with closing(sqlite3.connect(database, timeout=_BUSY_SECONDS)) as connection:
            if connection.execute("pragma user_version").fetchone()[0] != _VERSION:
                _apply_schema(connection)
            yield connection


@contextmanager
def _errors_for_the_user(database: Path | str) -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as problem:
        if is_damage(problem):
            raise _damaged(database, str(problem)) from problem
        error = error_of_system(database, problem)
        if error is not None:
            raise error from problem
        if getattr(problem, "sqlite_errorcode", None) != sqlite3.SQLITE_BUSY:
            raise
        raise DatabaseBusy(
            f"{database} has been locked by another process for {_BUSY_SECONDS} seconds. Try again; if it stays "
            "locked, end the program that keeps it open, such as a database browser."
        ) from problem


def _damaged(database: Path | str, reason: str) -> HomeUnusable:
    return HomeUnusable(
        f"{database} cannot be read ({reason}): it is damaged. Nothing was changed. It holds the entries and "
        "closes, which cannot be made again.",
        advice=_RESTORE,
    )


def _apply_schema(connection: sqlite3.Connection) -> None:
    connection.executescript(f"begin immediate;\n{_SCHEMA}\ncommit;")
    with connection:
        connection.execute("begin immediate")
        for table, columns in _LATER_COLUMNS.items():
            there = {name for _, name, *_ in connection.execute(f"pragma table_info({table})")}
            for column in columns:
                if column.split()[0] not in there:
                    connection.execute(f"alter table {table} add column {column}")
        for table, column in _NOW_OPTIONAL.items():
            required = 'select 1 from pragma_table_info(?) where name = ? and "notnull" = 1'
            if connection.execute(required, [table, column]).fetchone():
                _make_again(connection, table)
        connection.execute(f"pragma user_version = {_VERSION}")


def _make_again(connection: sqlite3.Connection, table: str) -> None:
    """Replace a table by the schema's, with the same rows. Dropping it fires none of its triggers."""
    with closing(sqlite3.connect(":memory:")) as fresh:
        fresh.executescript(_SCHEMA)
        query = "select sql from sqlite_master where tbl_name = ? and sql is not null order by type"
        statements = [sql for (sql,) in fresh.execute(query, [table])]
    names = ", ".join(name for _, name, *_ in connection.execute(f"pragma table_info({table})"))
    connection.execute(f"create temp table earlier as select * from {table}")
    connection.execute(f"drop table main.{table}")
    for statement in statements:
        connection.execute(statement)
    connection.execute(f"insert into {table} ({names}) select {names} from temp.earlier order by seq")
    connection.execute("drop table temp.earlier")
