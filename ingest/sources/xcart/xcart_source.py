"""The shop's orders, from X-Cart's XML into `raw_xcart`.

| resource | key          | what                                                    |
|----------|--------------|---------------------------------------------------------|
| orders   | order_number | each order's newest content                             |
| files    | path         | the content hash of each file that was loaded           |
| findings | finding_key  | exceptions: orders and files that could not be loaded   |
| uploads  | seq          | the log of orders sent to ShipStation, see `upload_history` |

The shop rewrites its file in place. A file is read when its content differs from the one read before; it is one
load, of all of the file or nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import dlt
import pyarrow as pa
from dlt.destinations.sql_client import SqlClientBase

from ingest.client.redaction import keeps_of
from ingest.errors import FileRefused, FileUnfinished
from ingest.exceptions import SCHEMA as EXCEPTIONS_SCHEMA
from ingest.exceptions import ExceptionRow, exceptions_resource, open_exceptions
from ingest.exceptions import to_table as exceptions_table
from ingest.pipeline import Progress, Warehouse, create_pipeline, held_open, load, query, table_names
from ingest.sources.xcart import import_exceptions, order_rows, upload_history
from ingest.sources.xcart.order_element import ShopOrder
from ingest.sources.xcart.order_rows import CheckedOrder, InvalidOrder, StoredOrder
from ingest.sources.xcart.shop_file import hash_file, read_orders

SOURCE = "xcart"
# Rows gathered before they are compared and written.
_BATCH_ROWS = 4000
# Each is an exception that needs a person; when there are more, the export is the problem.
_MOST_INVALID = 10_000
# A shop writes its file in about this time; a file that stays unfinished is refused until the next run.
_ATTEMPTS = 3
_PAUSE_SECONDS = 1.0

_FILES = pa.schema(
    [
        pa.field("path", pa.string(), nullable=False),
        pa.field("content_hash", pa.string(), nullable=False),
        pa.field("order_count", pa.int64(), nullable=False),
        pa.field("read_at", pa.timestamp("us", tz="UTC"), nullable=False),
    ]
)


@dataclass
class ImportReport:
    """The counts of an import. `refused` has `file` and `reason` of each file that was not loaded."""

    files_read: int = 0
    files_unchanged: int = 0
    orders_read: int = 0
    orders_changed: int = 0
    orders_invalid: int = 0
    refused: list[dict[str, str]] = field(default_factory=list)


@dataclass
class _FileImport:
    """State of the import of one file."""

    path: Path
    content_hash: str
    database: SqlClientBase[Any]
    still_open: dict[str, ExceptionRow]
    now: datetime
    progress: Progress
    # Content hash of each order read so far, by its number.
    taken: dict[str, str] = field(default_factory=dict)
    invalid: list[ExceptionRow] = field(default_factory=list)
    repeated: list[ExceptionRow] = field(default_factory=list)
    read: int = 0
    changed: int = 0


def import_orders(
    path: Path,
    warehouse: Warehouse,
    progress: Progress = lambda *_: None,
    sleep: Callable[[float], None] = time.sleep,
) -> ImportReport:
    """Load the orders of a file, or of each `*.xml` in a folder, that are new or changed.

    A file that cannot be loaded is reported and becomes an exception; the others are loaded.

    Args:
        path: The file or folder.
        warehouse: Where to load; missing raw tables are created.
        progress: Called with ("orders", orders read so far, 0).
        sleep: How to wait for a file that is being written.

    Raises:
        FileRefused: There is nothing at the path.
        WarehouseUnusable: The warehouse could not be written.
    """
    pipeline = create_pipeline(warehouse, SOURCE)
    report = ImportReport()
    with held_open(pipeline) as database:
        for file in _files_at(path):
            _import_file(pipeline, database, file, report, progress, sleep)
    return report


def prepare_tables(warehouse: Warehouse) -> None:
    """Create missing raw tables: the models read them even where no shop is connected."""
    pipeline = create_pipeline(warehouse, SOURCE)
    with held_open(pipeline) as database:
        if not {"orders", "findings", "files", "uploads"} <= table_names(database):
            load(pipeline, _empty())


def _files_at(path: Path) -> list[Path]:
    """Return the files to read, the newest last: its content wins for an order that is in two files."""
    if not path.exists():
        raise FileRefused(f"There is nothing at {path}. Give the shop's XML file, or the folder it is in.")
    if not path.is_dir():
        return [path]
    return sorted(path.glob("*.xml"), key=lambda file: (file.stat().st_mtime_ns, file.name))


def _import_file(
    pipeline: dlt.Pipeline,
    database: SqlClientBase[Any],
    path: Path,
    report: ImportReport,
    progress: Progress,
    sleep: Callable[[float], None],
) -> None:
    still_open = open_exceptions(database)
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            reading = _FileImport(path, hash_file(path), database, still_open, datetime.now(UTC), progress)
            if _content_read_last(database, path) == reading.content_hash:
                report.files_unchanged += 1
                _note_about_file(pipeline, path, [], still_open)
                return
            load(pipeline, _file(reading))
        except FileUnfinished as problem:
            if attempt == _ATTEMPTS:
                _refuse(pipeline, path, str(problem), report, still_open)
                return
            sleep(_PAUSE_SECONDS)
        except FileRefused as problem:
            _refuse(pipeline, path, str(problem), report, still_open)
            return
        else:
            report.files_read += 1
            report.orders_read += reading.read
            report.orders_changed += reading.changed
            report.orders_invalid += len(reading.invalid)
            return


def _refuse(
    pipeline: dlt.Pipeline,
    path: Path,
    reason: str,
    report: ImportReport,
    still_open: Mapping[str, ExceptionRow],
) -> None:
    """Report a file that is not loaded, and load an exception about it."""
    report.refused.append({"file": path.name, "reason": reason})
    _note_about_file(pipeline, path, [import_exceptions.about_file(path, reason, datetime.now(UTC))], still_open)


def _note_about_file(
    pipeline: dlt.Pipeline, path: Path, raised: list[ExceptionRow], still_open: Mapping[str, ExceptionRow]
) -> None:
    """Load the exceptions about a file as a whole; others about it are resolved."""
    is_checked = partial(import_exceptions.is_about_file, path)
    changed = import_exceptions.changes(raised, still_open, is_checked, datetime.now(UTC))
    if changed:
        load(pipeline, _exceptions_only(changed))


@dlt.source(name=SOURCE, max_table_nesting=0)
def _file(reading: _FileImport) -> Any:
    """The rows of one file, in one load."""
    yield _orders_resource(lambda: _orders(reading))
    yield exceptions_resource(lambda: _exceptions(reading))
    yield _files_resource(lambda: _note_file(reading))


@dlt.source(name=SOURCE, max_table_nesting=0)
def _exceptions_only(rows: list[ExceptionRow]) -> Any:
    yield exceptions_resource(lambda: iter([exceptions_table(rows)]))


@dlt.source(name=SOURCE, max_table_nesting=0)
def _empty() -> Any:
    yield _orders_resource(lambda: iter([order_rows.SCHEMA.empty_table()]))
    yield exceptions_resource(lambda: iter([EXCEPTIONS_SCHEMA.empty_table()]))
    yield _files_resource(lambda: iter([_FILES.empty_table()]))
    yield upload_history.resource([])


def _orders_resource(rows: Callable[[], Iterator[pa.Table]]) -> Any:
    hints: dict[str, Any] = {
        "lines": {"data_type": "json"},
        "payload": {"data_type": "json"},
        # The last content wins for an order that is in a file twice.
        "position": {"dedup_sort": "desc"},
    }
    return dlt.resource(rows, name="orders", primary_key="order_number", write_disposition="merge", columns=hints)


def _files_resource(rows: Callable[[], Iterator[pa.Table]]) -> Any:
    return dlt.resource(rows, name="files", primary_key="path", write_disposition="merge")


def _orders(reading: _FileImport) -> Iterator[pa.Table]:
    batch: list[CheckedOrder] = []
    for order in read_orders(reading.path, reading.content_hash):
        reading.read += 1
        try:
            batch.append(order_rows.check(order))
        except InvalidOrder as problem:
            _note_invalid(reading, order, str(problem))
        if len(batch) >= _BATCH_ROWS:
            yield _changed(reading, batch)
            batch = []
            reading.progress("orders", reading.read, 0)
    yield _changed(reading, batch)


def _changed(reading: _FileImport, batch: list[CheckedOrder]) -> pa.Table:
    """Return the new and changed orders of a batch."""
    stored = _stored(reading.database, [order.order_number for order in batch])
    rows = []
    for order in batch:
        known = stored.get(order.order_number)
        kept = order_rows.without_personal_data(order, known.keeps) if known and known.keeps else order
        if reading.taken.get(kept.order_number, kept.payload_hash) != kept.payload_hash:
            reading.repeated.append(import_exceptions.about_repeated(reading.path, kept.order_number, reading.now))
        last = reading.taken.get(kept.order_number, known.payload_hash if known else None)
        if last != kept.payload_hash:
            rows.append(order_rows.to_row(kept, reading.path.name, known, reading.now))
        reading.taken[kept.order_number] = kept.payload_hash
    reading.changed += len(rows)
    return pa.Table.from_pylist(rows, schema=order_rows.SCHEMA)


def _exceptions(reading: _FileImport) -> Iterator[pa.Table]:
    """Yield the exceptions about this file that are new, moved or resolved."""

    def is_checked(exception: ExceptionRow) -> bool:
        return import_exceptions.is_about(reading.path, exception) or exception.order_number in reading.taken

    raised = reading.invalid + reading.repeated
    changed = import_exceptions.changes(raised, reading.still_open, is_checked, reading.now)
    if changed:
        yield exceptions_table(changed)


def _note_file(reading: _FileImport) -> Iterator[pa.Table]:
    columns = {
        "path": [str(reading.path.resolve())],
        "content_hash": [reading.content_hash],
        "order_count": [reading.read],
        "read_at": [reading.now],
    }
    yield pa.table(columns, schema=_FILES)


def _note_invalid(reading: _FileImport, order: ShopOrder, reason: str) -> None:
    if len(reading.invalid) == _MOST_INVALID:
        raise FileRefused(
            f"More than {_MOST_INVALID:,} orders of {reading.path.name} cannot be loaded; the last {reason} "
            f"(line {order.line}). Nothing was loaded. Correct the shop's export."
        )
    reading.invalid.append(import_exceptions.about_order(reading.path, order, reason, reading.now))


def _content_read_last(database: SqlClientBase[Any], path: Path) -> str | None:
    rows = query(database, "select content_hash from files where path = %s", str(path.resolve()))
    return str(rows[0][0]) if rows else None


def _stored(database: SqlClientBase[Any], numbers: list[str]) -> dict[str, StoredOrder]:
    rows = query(
        database,
        "select order_number, payload_hash, first_seen_at from orders where order_number in (select unnest(%s))",
        numbers,
    )
    return {number: StoredOrder(digest, seen.astimezone(UTC), keeps_of(digest)) for number, digest, seen in rows}
