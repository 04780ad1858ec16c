"""Carrier bills, from a carrier's file into `raw_carrier_bills`.

| resource | key      | what                                                      |
|----------|----------|-----------------------------------------------------------|
| bills    | bill_id  | each file that was loaded, by the hash of its content     |
| lines    | line_key | each charge, with its line in the file                    |

A file is loaded once, whatever its name, and as a whole or not at all. Names, addresses and other columns that no
field of a format names are not loaded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dlt
import pyarrow as pa
from dlt.destinations.sql_client import SqlClientBase

from ingest.errors import FileRefused
from ingest.pipeline import Progress, Warehouse, create_pipeline, held_open, load, query, table_names
from ingest.sources.carrier_bills.bill_file import BillFile, inspect_file
from ingest.sources.carrier_bills.bill_formats import FORMATS, BillFormat
from ingest.sources.carrier_bills.bill_lines import SCHEMA, read_lines
from ingest.sources.carrier_bills.mapping_file import read_mapping

SOURCE = "carrier_bills"
_BATCH_LINES = 5000
_PREVIEW_LINES = 10
BILLS = pa.schema(
    [
        pa.field("bill_id", pa.string(), nullable=False),
        pa.field("file_name", pa.string(), nullable=False),
        pa.field("format", pa.string(), nullable=False),
        pa.field("carrier", pa.string()),
        pa.field("is_adjustments", pa.bool_(), nullable=False),
        pa.field("line_count", pa.int64(), nullable=False),
        pa.field("amount_cents", pa.int64(), nullable=False),
        pa.field("imported_at", pa.timestamp("us", tz="UTC"), nullable=False),
    ]
)


@dataclass
class BillReport:
    """What was loaded of a file.

    Attributes:
        bill_id: The hash of its content.
        file: Its name.
        format: The name of its format.
        carrier: ShipStation's code of the carrier, None if each line names its own.
        lines: How many charges it has.
        amount_cents: What they add up to, without money that was paid into the account.
        loaded_before_as: The name under which the same content was loaded before; nothing was loaded now.
    """

    bill_id: str
    file: str
    format: str = ""
    carrier: str | None = None
    lines: int = 0
    amount_cents: int = 0
    loaded_before_as: str | None = None


def import_bill(
    path: Path,
    warehouse: Warehouse,
    *,
    name: str | None = None,
    carrier: str | None = None,
    mapping: Path | None = None,
    started_at: datetime | None = None,
    progress: Progress = lambda *_: None,
) -> BillReport:
    """Load a carrier's file, unless its content was loaded before.

    Args:
        path: The file.
        warehouse: Where to load; missing raw tables are created.
        name: The file's name for people; that of the path by default.
        carrier: ShipStation's code of the carrier that the file should be of; None for any known one.
        mapping: A mapping file, for a format that is not known.
        started_at: When the job began, UTC: what it loaded itself before it was killed is not "loaded before".
        progress: Called with ("lines", lines read so far, 0).

    Raises:
        FileRefused: It cannot be read, or is not such a bill; nothing was loaded.
        WarehouseUnusable: The warehouse could not be written.
    """
    file = inspect_file(path, name or path.name)
    report = BillReport(file.content_hash, file.name)
    known = read_mapping(mapping) if mapping else None
    _check_carrier(known, carrier)
    pipeline = create_pipeline(warehouse, SOURCE)
    with held_open(pipeline) as database:
        if _is_loaded(database, file, report, started_at):
            return report
        _remove_half_loaded(database, file)
        load(pipeline, _bill(_Reading(file, known, carrier, report, progress)))
    # The build that follows needs it: 20 MB of 100,000 lines.
    pa.default_memory_pool().release_unused()
    return report


def preview_bill(path: Path, *, carrier: str | None = None, mapping: Path | None = None) -> dict[str, Any]:
    """Return how a file would be read, and its first lines; nothing is loaded.

    Raises:
        FileRefused: As `import_bill`, for what is in the first lines.
    """
    file = inspect_file(path, path.name)
    known = read_mapping(mapping) if mapping else None
    _check_carrier(known, carrier)
    lines: list[dict[str, Any]] = []
    for layout, found in read_lines(file, known, carrier, _PREVIEW_LINES):  # noqa: B007
        lines += found
    kept = {field: layout.header[at] if layout.header else f"{at + 1}" for field, at in layout.places.items()}
    hidden = ("line_key", "bill_id")
    return {
        "file": file.name,
        "format": layout.format.title,
        "carrier": _carrier_of(layout.format, carrier),
        "columns": kept,
        "columns_left_out": layout.width - len(set(layout.places.values())) - 2 * len(layout.pairs),
        "lines": [{key: value for key, value in line.items() if key not in hidden} for line in lines],
    }


def _check_carrier(mapping: BillFormat | None, carrier: str | None) -> None:
    known = [mapping] if mapping else FORMATS
    if carrier is not None and not any(one.is_for(carrier) for one in known):
        names = ", ".join(one.carrier or one.name for one in known)
        raise FileRefused(f"There is no format for the carrier {carrier}; there are those of {names}.")


def _carrier_of(form: BillFormat, given: str | None) -> str | None:
    """Return the carrier of a file's labels; None if each line names its own, whatever was given."""
    return form.carrier and (given or form.carrier)


@dataclass
class _Reading:
    """State of the import of one file."""

    file: BillFile
    mapping: BillFormat | None
    carrier: str | None
    report: BillReport
    progress: Progress


def _is_loaded(
    database: SqlClientBase[Any], file: BillFile, report: BillReport, started_at: datetime | None
) -> bool:
    """Return whether a file is loaded, and note in the report whether by this job or before it."""
    columns = "file_name, format, carrier, line_count, amount_cents, imported_at"
    rows = query(database, f"select {columns} from bills where bill_id = %s", file.content_hash)
    for name, form, carrier, lines, amount, imported_at in rows:
        if started_at is None or imported_at < started_at:
            report.loaded_before_as = str(name)
        else:
            report.format, report.carrier, report.lines, report.amount_cents = form, carrier, lines, amount
    return bool(rows)


def _remove_half_loaded(database: SqlClientBase[Any], file: BillFile) -> None:
    """Remove what an import that was killed has left: its lines come before its row in `bills`."""
    if "lines" in table_names(database):
        database.execute_sql("delete from lines where bill_id = %s", file.content_hash)


@dlt.source(name=SOURCE, max_table_nesting=0)
def _bill(reading: _Reading) -> Any:
    """The rows of one file, in one load."""
    yield dlt.resource(lambda: _lines(reading), name="lines", write_disposition="append")
    yield dlt.resource(lambda: _note_bill(reading), name="bills", write_disposition="append")


def _lines(reading: _Reading) -> Iterator[pa.Table]:
    report = reading.report
    batch: list[dict[str, Any]] = []
    for layout, lines in read_lines(reading.file, reading.mapping, reading.carrier):
        report.format = layout.format.name
        report.carrier = _carrier_of(layout.format, reading.carrier)
        batch += lines
        if len(batch) >= _BATCH_LINES:
            yield _counted(report, batch)
            reading.progress("lines", report.lines, 0)
            batch = []
    if batch:
        yield _counted(report, batch)


def _counted(report: BillReport, batch: list[dict[str, Any]]) -> pa.Table:
    report.lines += len(batch)
    report.amount_cents += sum(line["amount_cents"] for line in batch if line["charge_kind"] != "payment")
    return pa.Table.from_pylist(batch, schema=SCHEMA)


def _note_bill(reading: _Reading) -> Iterator[pa.Table]:
    facts = asdict(reading.report)
    row = {
        **{name: facts[name] for name in ("bill_id", "format", "carrier", "amount_cents")},
        "file_name": facts["file"],
        "line_count": facts["lines"],
        "is_adjustments": (reading.mapping or _format_named(facts["format"])).is_adjustments,
        "imported_at": datetime.now(UTC),
    }
    yield pa.Table.from_pylist([row], schema=BILLS)


def _format_named(name: str) -> BillFormat:
    return next(one for one in FORMATS if one.name == name)
