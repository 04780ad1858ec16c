"""The shop's orders, from X-Cart's XML into `raw_xcart`.

| resource | key          | what                                                    |
|----------|--------------|---------------------------------------------------------|
| orders   | order_number | each order's newest content                             |
| files    | path         | which content of a file was read last                   |
| findings | finding_key  | orders and files that could not be taken                |
| uploads  | seq          | what was sent to ShipStation (see `ingest.sources.xcart.upload_history`)  |

The shop rewrites its file in place. A file is read when its content differs from what was read last; it is one
load, and a load is all of the file or nothing.
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
from ingest.pipeline import Warehouse, create_pipeline, held_open, load
from ingest.sources.shipstation import load_exceptions
from ingest.sources.shipstation.load_cycle import Progress
from ingest.sources.shipstation.load_exceptions import Finding
from ingest.sources.shipstation.stored_rows import Store, query
from ingest.sources.xcart import import_exceptions, order_rows, upload_history
from ingest.sources.xcart.order_element import ShopOrder
from ingest.sources.xcart.order_rows import CheckedOrder, InvalidOrder, StoredOrder
from ingest.sources.xcart.shop_file import hash_file, read_orders

SOURCE = "xcart"
# Rows gathered before they are compared and written.
_BATCH_ROWS = 4000
# Each is an exception for a person to look at; of more, the export is the problem.
_MOST_INVALID = 10_000
# A shop takes about this long to write its file; a file that stays unfinished is refused until the next run.
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
    """What an import did. `refused` has `file` and `reason` of each file that was not loaded."""

    files_read: int = 0
    files_unchanged: int = 0
    orders_read: int = 0
    orders_changed: int = 0
    orders_invalid: int = 0
    refused: list[dict[str, str]] = field(default_factory=list)


@dataclass
class _Reading:
    """One file on its way into the warehouse."""

    path: Path
    content_hash: str
    database: SqlClientBase[Any]
    open_findings: dict[str, Finding]
    now: datetime
    progress: Progress
    # The content's hash of each order that this file has had so far, by its number.
    taken: dict[str, str] = field(default_factory=dict)
    invalid: list[Finding] = field(default_factory=list)
    noticed: list[Finding] = field(default_factory=list)
    read: int = 0
    changed: int = 0


def import_orders(
    path: Path,
    warehouse: Warehouse,
    progress: Progress = lambda *_: None,
    sleep: Callable[[float], None] = time.sleep,
) -> ImportReport:
    """Load the orders of a file, or of each `*.xml` in a folder, that are new or changed.

    A file that cannot be loaded is reported and becomes a finding; the others are loaded.

    Args:
        path: The file or folder.
        warehouse: Where to load; its raw tables are made when missing.
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
    """Make the raw tables where they are missing: the models read them, also where no shop is connected."""
    pipeline = create_pipeline(warehouse, SOURCE)
    with held_open(pipeline) as database:
        if not {"orders", "findings", "files", "uploads"} <= Store(database).tables:
            load(pipeline, _empty())


def _files_at(path: Path) -> list[Path]:
    """The files to read, those written last at the end: of an order that is in two, the later content stays."""
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
    open_findings = Store(database).open_findings()
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            reading = _Reading(path, hash_file(path), database, open_findings, datetime.now(UTC), progress)
            if _content_read_last(database, path) == reading.content_hash:
                report.files_unchanged += 1
                _note_about_file(pipeline, path, [], open_findings)
                return
            load(pipeline, _file(reading))
        except FileUnfinished as problem:
            if attempt == _ATTEMPTS:
                _refuse(pipeline, path, str(problem), report, open_findings)
                return
            sleep(_PAUSE_SECONDS)
        except FileRefused as problem:
            _refuse(pipeline, path, str(problem), report, open_findings)
            return
        else:
            report.files_read += 1
            report.orders_read += reading.read
            report.orders_changed += reading.changed
            report.orders_invalid += len(reading.invalid)
            return


def _refuse(
    pipeline: dlt.Pipeline, path: Path, reason: str, report: ImportReport, open_findings: Mapping[str, Finding]
) -> None:
    """Say so in the report and, once, among the exceptions; the file's orders stay as they were."""
    report.refused.append({"file": path.name, "reason": reason})
    _note_about_file(
        pipeline, path, [import_exceptions.about_file(path, reason, datetime.now(UTC))], open_findings
    )


def _note_about_file(
    pipeline: dlt.Pipeline, path: Path, noticed: list[Finding], open_findings: Mapping[str, Finding]
) -> None:
    """Write what is wrong with a file as a whole; whatever else was, is over."""
    concerns = partial(import_exceptions.is_about_file, path)
    changed = import_exceptions.changes(noticed, open_findings, concerns, datetime.now(UTC))
    if changed:
        load(pipeline, _some_findings(changed))


@dlt.source(name=SOURCE, max_table_nesting=0)
def _file(reading: _Reading) -> Any:
    """All that comes of one file, in one load."""
    yield _orders_resource(lambda: _orders(reading))
    yield _findings_resource(lambda: _findings(reading))
    yield _files_resource(lambda: _note_file(reading))


@dlt.source(name=SOURCE, max_table_nesting=0)
def _some_findings(noticed: list[Finding]) -> Any:
    yield _findings_resource(lambda: iter([load_exceptions.to_table(noticed)]))


@dlt.source(name=SOURCE, max_table_nesting=0)
def _empty() -> Any:
    yield _orders_resource(lambda: iter([order_rows.SCHEMA.empty_table()]))
    yield _findings_resource(lambda: iter([load_exceptions.SCHEMA.empty_table()]))
    yield _files_resource(lambda: iter([_FILES.empty_table()]))
    yield upload_history.resource([])


def _orders_resource(rows: Callable[[], Iterator[pa.Table]]) -> Any:
    hints: dict[str, Any] = {
        "lines": {"data_type": "json"},
        "payload": {"data_type": "json"},
        # Of an order that is twice in a file, the content that came last stays.
        "position": {"dedup_sort": "desc"},
    }
    return dlt.resource(rows, name="orders", primary_key="order_number", write_disposition="merge", columns=hints)


def _findings_resource(rows: Callable[[], Iterator[pa.Table]]) -> Any:
    return dlt.resource(rows, name="findings", primary_key="finding_key", write_disposition="merge")


def _files_resource(rows: Callable[[], Iterator[pa.Table]]) -> Any:
    return dlt.resource(rows, name="files", primary_key="path", write_disposition="merge")


def _orders(reading: _Reading) -> Iterator[pa.Table]:
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


def _changed(reading: _Reading, batch: list[CheckedOrder]) -> pa.Table:
    """Of a batch, the rows that say something new."""
    stored = _stored(reading.database, [order.order_number for order in batch])
    rows = []
    for order in batch:
        known = stored.get(order.order_number)
        kept = order_rows.without_personal_data(order, known.keeps) if known and known.keeps else order
        if reading.taken.get(kept.order_number, kept.payload_hash) != kept.payload_hash:
            reading.noticed.append(import_exceptions.about_repeated(reading.path, kept.order_number, reading.now))
        last = reading.taken.get(kept.order_number, known.payload_hash if known else None)
        if last != kept.payload_hash:
            rows.append(order_rows.to_row(kept, reading.path.name, known, reading.now))
        reading.taken[kept.order_number] = kept.payload_hash
    reading.changed += len(rows)
    return pa.Table.from_pylist(rows, schema=order_rows.SCHEMA)


def _findings(reading: _Reading) -> Iterator[pa.Table]:
    """What is wrong in this file, and what was wrong before and is right now."""

    def concerns(finding: Finding) -> bool:
        return import_exceptions.is_about(reading.path, finding) or finding.order_number in reading.taken

    noticed = reading.invalid + reading.noticed
    changed = import_exceptions.changes(noticed, reading.open_findings, concerns, reading.now)
    if changed:
        yield load_exceptions.to_table(changed)


def _note_file(reading: _Reading) -> Iterator[pa.Table]:
    columns = {
        "path": [str(reading.path.resolve())],
        "content_hash": [reading.content_hash],
        "order_count": [reading.read],
        "read_at": [reading.now],
    }
    yield pa.table(columns, schema=_FILES)


def _note_invalid(reading: _Reading, order: ShopOrder, reason: str) -> None:
    if len(reading.invalid) == _MOST_INVALID:
        raise FileRefused(
            f"More than {_MOST_INVALID:,} orders of {reading.path.name} cannot be taken; the last {reason} "
            f"(line {order.line}). Nothing of it was loaded. Correct the shop's export."
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
