"""Writers of a home's databases that are killed before what they wrote is in the database's own file.

Run as `killed_writers.py HOME MODE`: the SQLite files are written in journal mode MODE. In `wal` mode a table
`killed` with its rows is committed, in `delete` mode its transaction is half in the file. Ends by SIGKILL.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
from pathlib import Path

import duckdb


def write_and_die(home: Path, mode: str) -> None:
    still_open: list[object] = []
    for name in ("operations.sqlite", "workflows.sqlite"):
        store = sqlite3.connect(home / name)
        # With room for one page in memory, what a transaction writes goes to the file before its end.
        store.executescript(
            f"pragma journal_mode = {mode}; pragma cache_size = 1; begin; create table killed (what)"
        )
        store.executemany("insert into killed values (?)", [["old" * 1000]] * 20)
        if mode == "wal":
            store.commit()
        still_open.append(store)
    for name in ("warehouse.duckdb", "ledger.duckdb"):
        database = duckdb.connect(str(home / name))
        database.execute("create table killed as select 'old' as what")
        still_open.append(database)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    write_and_die(Path(sys.argv[1]), sys.argv[2])
