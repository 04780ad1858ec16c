"""Export: the published tables as Parquet or CSV files, all from one snapshot."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from workflows.config.settings import Settings
from workflows.config.snapshots import current_snapshot
from workflows.errors import AlreadyRunning, HomeUnusable, ShipledgerError, UsageError, sync_advice

FORMATS = ("parquet", "csv")
MANIFEST = "manifest.json"
_UNFINISHED = ".export-"


def export_tables(settings: Settings, folder: Path, file_format: str, names: Sequence[str]) -> dict[str, Any]:
    """Write published tables to a folder, one file each, and a manifest.

    The manifest is the last file to appear: what it lists is complete and of one snapshot. The files of an earlier
    export to the folder are replaced or removed; no other file is. Instants are in UTC; in CSV, a null is an empty
    field and an empty text is `""`.

    Args:
        settings: Of the home.
        folder: Made when it is missing.
        file_format: One of `FORMATS`.
        names: The tables to write; all when empty.

    Returns:
        The content of the manifest and the `folder`.

    Raises:
        UsageError: There is no published table of that name, or the folder has a file of that name that is not of
            an earlier export.
        AlreadyRunning: Another export writes to the folder.
        HomeUnusable: The snapshot cannot be read.
        ShipledgerError: Nothing has been published yet, or the folder cannot be written to.
    """
    snapshot = current_snapshot(settings)
    if snapshot is None:
        raise ShipledgerError("Nothing has been published yet.", advice=sync_advice(" first"))
    with _reading(snapshot) as connection:
        tables = _chosen(connection, names)
        try:
            manifest = _write(connection, snapshot.name, folder, file_format, tables)
        except (OSError, duckdb.IOException) as problem:
            reason = problem.strerror if isinstance(problem, OSError) else str(problem).splitlines()[0]
            raise ShipledgerError(
                f"{folder} could not be written ({reason}). Free space, or name a folder that you may write to."
            ) from problem
    return {"folder": str(folder), **manifest}


@contextmanager
def _reading(snapshot: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Attach a snapshot to a connection that may write files, which the page's readers may not."""
    path = str(snapshot).replace("'", "''")
    with duckdb.connect() as connection:
        try:
            connection.execute(f"attach '{path}' as snapshot (read_only)")
        except duckdb.Error as problem:
            raise HomeUnusable(
                f"The snapshot {snapshot} cannot be read ({str(problem).splitlines()[0]}).",
                advice=sync_advice(" to publish a new one"),
            ) from problem
        connection.execute("set timezone = 'UTC'")
        yield connection


def _chosen(connection: duckdb.DuckDBPyConnection, names: Sequence[str]) -> list[str]:
    published = [
        name
        for (name,) in connection.execute(
            "select table_name from duckdb_tables() where database_name = 'snapshot' and schema_name = 'marts'"
            " order by table_name"
        ).fetchall()
    ]
    for name in names:
        if name not in published:
            raise UsageError(f"There is no published table '{name}'. Published are {', '.join(published)}.")
    return [name for name in published if not names or name in names]


def _write(
    connection: duckdb.DuckDBPyConnection, snapshot: str, folder: Path, file_format: str, tables: list[str]
) -> dict[str, Any]:
    """Write everything to a temporary folder inside, then move it into place."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone_in(folder):
        earlier = _files_of_earlier_export(folder)
        files = [f"{name}.{file_format}" for name in tables]
        for file in (*files, MANIFEST):
            if file not in earlier and os.path.lexists(folder / file):
                raise UsageError(f"{folder / file} is not of an earlier export. Name another folder.")
        for killed in folder.glob(f"{_UNFINISHED}*"):
            shutil.rmtree(killed)
        made = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=folder))
        try:
            written = [_write_table(connection, made, name, file_format) for name in tables]
            manifest = {"snapshot": snapshot, "format": file_format, "tables": written}
            (made / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n")
            # While files of two snapshots are beside each other, no manifest says that they belong together.
            for file in sorted(earlier, key=lambda file: file != MANIFEST):
                (folder / file).unlink(missing_ok=True)
            for file in (*files, MANIFEST):
                (made / file).chmod(0o600)
                (made / file).replace(folder / file)
        finally:
            shutil.rmtree(made, ignore_errors=True)
    return manifest


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Lock the folder; the lock ends with the process."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(f"Another export writes to {folder}. Try again when it has ended.") from None
        yield
    finally:
        os.close(handle)


def _files_of_earlier_export(folder: Path) -> set[str]:
    """Return the manifest and the files that it lists; nothing if it is missing or not an export's."""
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
        listed = {f"{one['table']}.{manifest['format']}" for one in manifest["tables"]}
    except (OSError, ValueError, TypeError, LookupError):
        return set()
    # Somebody else's manifest of the same form could name a path.
    return {MANIFEST, *listed} if not any("/" in file for file in listed) else set()


def _write_table(
    connection: duckdb.DuckDBPyConnection, folder: Path, name: str, file_format: str
) -> dict[str, Any]:
    file = folder / f"{name}.{file_format}"
    options = "format csv, header" if file_format == "csv" else "format parquet, compression zstd"
    path = str(file).replace("'", "''")
    [(rows,)] = connection.execute(f"copy snapshot.marts.{name} to '{path}' ({options})").fetchall()
    columns = connection.execute(
        "select column_name, data_type from duckdb_columns()"
        " where database_name = 'snapshot' and schema_name = 'marts' and table_name = ? order by column_index",
        [name],
    ).fetchall()
    return {
        "table": name,
        "file": file.name,
        "rows": rows,
        "sha256": _hash_of(file),
        "columns": [{"name": column, "type": data_type} for column, data_type in columns],
    }


def _hash_of(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
