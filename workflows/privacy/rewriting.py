"""Rewriting database files, so that redacted data are in no block of the file.

DuckDB frees the blocks of deleted rows and leaves their bytes until the space is used again. The rewritten file
replaces the old one in one rename; a reader that has the old one open goes on reading it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from workflows.config.settings import Settings
from workflows.config.snapshots import snapshots
from workflows.cycle.warehouse import configure, open_warehouse
from workflows.errors import Advice, ShipledgerError
from workflows.privacy.retention import without_recipient

# As in dbt_project/profiles.yml: what is published must open with DuckDB 1.5 and all that is built on it.
STORAGE_VERSION = "v1.5.0"
_CONSIGNEES = ("marts", "order_consignees")
# The redacted columns of a recipient; state and country are kept.
_PERSONAL = ("consignee_name", "company", "city", "postal_code")


def rewrite_ledger(settings: Settings) -> None:
    """Rewrite the file of the marts before it is published.

    Raises:
        ShipledgerError: It could not be written; the file stays as it was.
    """
    with _errors_for_the_user():
        _rewrite(settings, settings.ledger)


def rewrite_the_rest(settings: Settings) -> int:
    """Rewrite all snapshots without the redacted recipients, and last the warehouse, which records it.

    Returns:
        How many snapshots were written.

    Raises:
        ShipledgerError: A file could not be written; it stays as it was, and the next run repeats all.
    """
    with open_warehouse(settings.warehouse) as connection:
        gone = without_recipient(connection)
    found = snapshots(settings)
    with _errors_for_the_user():
        for folder in (settings.home / "scratch").glob("shipledger_*/load/loaded"):
            shutil.rmtree(folder, ignore_errors=True)
        for snapshot in found:
            _rewrite(settings, snapshot, gone=gone)
        _rewrite(settings, settings.warehouse, compression="zstd", note_rewritten=True)
    return len(found)


def _rewrite(
    settings: Settings,
    path: Path,
    *,
    gone: Sequence[int] = (),
    compression: str = "auto",
    note_rewritten: bool = False,
) -> None:
    part = path.with_name(f".{path.name}.part")
    for left in (part, part.with_name(part.name + ".wal")):
        left.unlink(missing_ok=True)
    with duckdb.connect() as connection:
        configure(connection, settings.home)
        connection.execute(f"set force_compression = '{compression}'")
        for name, file in (("old", path), ("fresh", part)):
            options = "read_only" if name == "old" else f"storage_version '{STORAGE_VERSION}'"
            connection.execute(f"attach '{str(file).replace(chr(39), chr(39) * 2)}' as {name} ({options})")
        _copy(connection, gone)
        if note_rewritten:
            connection.execute(
                "update fresh.raw_shipledger.removals set rewritten_at = coalesce(rewritten_at, ?)",
                [datetime.now(UTC)],
            )
        connection.execute("checkpoint fresh")
    shutil.copystat(path, part)
    with part.open("rb") as written:
        os.fsync(written.fileno())
    part.replace(path)


def _copy(connection: duckdb.DuckDBPyConnection, gone: Sequence[int]) -> None:
    """Copy all tables and views of `old` into `fresh`, without names and places of redacted recipients."""
    connection.execute("copy from database old to fresh (schema)")
    connection.execute("create temp table gone as select unnest(?::bigint[]) as order_id", [list(gone)])
    tables = connection.execute(
        "select schema_name, table_name, list(column_name order by column_index) from duckdb_columns()"
        " semi join duckdb_tables() using (database_name, schema_name, table_name)"
        " where database_name = 'fresh' group by all"
    ).fetchall()
    for schema, table, names in tables:
        is_personal = (schema, table) == _CONSIGNEES
        chosen = [_unless_gone(name) if is_personal and name in _PERSONAL else f'"{name}"' for name in names]
        connection.execute(
            f'insert into fresh."{schema}"."{table}" select {", ".join(chosen)} from old."{schema}"."{table}"'
        )


def _unless_gone(name: str) -> str:
    return f"if(shipstation_order_id in (select order_id from gone), null, {name})"


@contextmanager
def _errors_for_the_user() -> Iterator[None]:
    try:
        yield
    except (OSError, duckdb.Error) as problem:
        raise ShipledgerError(
            f"A file could not be rewritten without the redacted data ({str(problem).splitlines()[0]}). "
            "What was redacted stays so.",
            advice=Advice(
                "Make room on the disk and run `retention` again.", "Ask an admin to make room on the disk."
            ),
        ) from problem
