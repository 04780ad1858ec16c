"""Converting the closed months of an earlier release, which kept their lines as JSON in the operations database.

It is done once, in one transaction: the lines of each month are checked against their hash, written to the month's
file and compared with it. Then the table of lines is dropped, and `evidence_hash` becomes the hash of the file;
`content_hash`, which invoices print, stays. A conversion that is killed has changed nothing, and is done again.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable
from datetime import date
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from workflows.config.settings import Settings
from workflows.entries.month_files import (
    COLUMNS,
    altered,
    file_of,
    make_line_table,
    part_of,
    prepare_folder,
    write_part,
)
from workflows.errors import ShipledgerError

_BILL = ("carrier", "day", "restatement")
_EVIDENCE = ("detail", "movement", "stock")
_TRIGGER = "frozen_months_are_never_changed"

Line = tuple[str, str, str]


def convert_lines(connection: sqlite3.Connection, settings: Settings) -> None:
    """Write the lines of all closed months to files, where the database has them; the caller renames the files.

    Args:
        connection: The operations database, in a transaction of its own.
        settings: Whose home.

    Raises:
        ShipledgerError: Lines do not match their hash, or their file would differ from them.
    """
    if not connection.execute("select 1 from sqlite_master where name = 'frozen_lines'").fetchone():
        return
    prepare_folder(settings)
    closes = connection.execute(
        "select month, content_hash, evidence_hash from frozen_months where version = 1 order by month"
    ).fetchall()
    [(trigger,)] = connection.execute(f"select sql from sqlite_master where name = '{_TRIGGER}'").fetchall()
    connection.execute(f"drop trigger {_TRIGGER}")
    for month, *hashes in closes:
        lines: list[Line] = connection.execute(
            "select line_kind, line_key, line from frozen_lines where month = ? order by line_kind, line_key",
            [month],
        ).fetchall()
        first = date.fromisoformat(month)
        if [hash_of_lines(lines, _BILL), hash_of_lines(lines, _EVIDENCE)] != hashes:
            raise altered(first, "operations.sqlite")
        written = _write(settings, first, lines)
        connection.execute("update frozen_months set evidence_hash = ? where month = ?", [written, month])
    connection.execute(trigger)
    connection.execute("drop table frozen_lines")


def hash_of_lines(lines: Iterable[Line], kinds: Iterable[str]) -> str:
    """Return the SHA-256 of the lines of some kinds, by kind and key, as earlier releases computed it."""
    wanted = set(kinds)
    texts = sorted(line for line in lines if line[0] in wanted)
    return hashlib.sha256("\n".join("|".join(text) for text in texts).encode()).hexdigest()


def _write(settings: Settings, month: date, lines: list[Line]) -> str:
    """Write the file of a month, check that it has the same content as the lines, and return its hash."""
    fields = {name: kind for name, kind in COLUMNS.items() if not name.startswith("line_")}
    file = file_of(settings, month)
    with duckdb.connect() as connection:
        make_line_table(connection)
        kinds, keys, texts = zip(*lines, strict=True)
        connection.register("old", pa.table({"line_kind": kinds, "line_key": keys, "line": texts}))
        connection.execute(
            "insert into lines by name select line_kind, line_key, unnest(json_transform(line, $fields)) from old",
            {"fields": json.dumps(fields)},
        )
        written = write_part(connection, file)
    rows = pq.read_table(part_of(file)).to_pylist()
    for row, (_, _, line) in zip(rows, lines, strict=True):
        if _former_line(month, row, line) != line:
            raise ShipledgerError(
                f"The frozen lines of {month:%B %Y} cannot be converted: the file would differ from {line}"
            )
    return written


def _former_line(month: date, row: dict[str, Any], line: str) -> str:
    """Return the line as the earlier release wrote it, from the row of the file."""
    key = row["line_key"]
    implied = {"detail_key": key, "restatement_key": key, "transaction_id": key, "is_closed": False}
    known = {**row, **implied, "charge_month": month, "billed_month": month}
    values = {name: known.get(name) for name in json.loads(line)}
    return json.dumps(values, sort_keys=True, separators=(",", ":"), default=lambda value: value.isoformat())
