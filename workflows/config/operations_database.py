"""Opening `operations.sqlite`, which holds what only people or the closes know and nothing can load again."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

_BUSY_SECONDS = 30


def append_only(*tables: str, instead: str = "another row says what is new") -> str:
    """The statements that keep rows of these tables from ever being changed or deleted.

    Args:
        tables: Their names; they have to be there.
        instead: What to do, for who tries.
    """
    return "".join(
        f"create trigger if not exists {table}_are_never_{done} before {act} on {table}\n"
        f"begin select raise(abort, '{table} are never {done}: {instead}'); end;\n"
        for table in tables
        for act, done in (("update", "changed"), ("delete", "deleted"))
    )


def make_store(store: Path) -> None:
    """Make the file when it is missing, for its owner alone whatever the umask.

    One that is there is not opened: closing it would take the locks from this process's other connections.
    """
    if not store.exists():
        store.touch(mode=0o600)


@contextmanager
def open_store(store: Path, tables: str) -> Iterator[sqlite3.Connection]:
    """The store for as long as the block lasts; what the block wrote counts when it ends well, else nothing of it.

    Args:
        store: The SQLite file; made when missing.
        tables: The statements that make the tables the block works with, each `if not exists`.
    """
    make_store(store)
    with _prepared(store, tables) as connection, connection:
        yield connection


@contextmanager
def read_store(store: Path, tables: str) -> Iterator[sqlite3.Connection]:
    """The store to read from: who only looks makes no file, and finds a missing one without rows.

    Args:
        store: The SQLite file.
        tables: As for `open_store`.
    """
    with _prepared(store if store.exists() else ":memory:", tables) as connection:
        yield connection


@contextmanager
def _prepared(database: Path | str, tables: str) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(database, timeout=_BUSY_SECONDS)) as connection:
        connection.executescript(tables)
        yield connection
