"""Resources of the worker's load only: reference lists when they are due, and what the worker keeps of a cycle.

| resource     | key            | what                                                  |
|--------------|----------------|-------------------------------------------------------|
| order_states | order_id       | orders without lines: waiting, repaired or missing    |
| findings     | finding_key    | exceptions                                            |
| watermarks   | none, appended | how far each list was read, in the same load as rows  |
| read_spans   | none, appended | which spans of each list were read, likewise          |
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import dlt
import pyarrow as pa

from ingest.exceptions import TABLE as EXCEPTIONS
from ingest.exceptions import ExceptionRow, changed_exceptions, exceptions_resource
from ingest.exceptions import to_table as exceptions_table
from ingest.sources.shipstation import loaded_spans, order_states, reference_lists, watermarks
from ingest.sources.shipstation.load_cycle import Cycle
from ingest.sources.shipstation.load_exceptions import UNREADABLE, WATERMARK, resolved_mismatches


def resources(cycle: Cycle) -> Iterator[Any]:
    """Yield the resources of a cycle, to be read after its lists; a missing table is created empty."""
    existing = cycle.store.tables
    if cycle.reads_reference_lists or "stores" not in existing:
        yield from reference_lists.resources(
            cycle.client, due=cycle.reads_reference_lists, problems=cycle.reference_problems
        )

    def states() -> Iterator[pa.Table]:
        if cycle.new_states or "order_states" not in existing:
            yield order_states.to_table(list(cycle.new_states.values()))

    def exceptions() -> Iterator[pa.Table]:
        rows = _changed_exceptions(cycle)
        if rows or EXCEPTIONS not in existing:
            yield exceptions_table(rows)

    def marks() -> Iterator[pa.Table]:
        moved = watermarks.moved_marks(cycle)
        if moved or "watermarks" not in existing:
            yield watermarks.to_table(moved)

    def spans() -> Iterator[pa.Table]:
        read = loaded_spans.spans_to_load(cycle)
        if read or loaded_spans.TABLE not in existing:
            yield loaded_spans.to_table(read, datetime.now(UTC))

    yield dlt.resource(states, name="order_states", primary_key="order_id", write_disposition="merge")
    yield exceptions_resource(exceptions)
    yield dlt.resource(marks, name="watermarks", write_disposition="append")
    yield _spans_resource(spans)


@dlt.source(name="shipstation", max_table_nesting=0)
def read_spans(read: Sequence[loaded_spans.ReadSpan]) -> Any:
    """Return a source of spans alone, which were read before they were noted; see `adoption`."""
    yield _spans_resource(lambda: [loaded_spans.to_table(read, datetime.now(UTC))])


def _changed_exceptions(cycle: Cycle) -> list[ExceptionRow]:
    """Return the exceptions to load; only a sync looks at each watermark and each unreadable row again."""
    checked = (WATERMARK, UNREADABLE) if cycle.arrived_by == "sync" else ()
    resolved = resolved_mismatches(cycle.open_exceptions, cycle.loaded_ids())
    return changed_exceptions(
        cycle.exceptions,
        cycle.open_exceptions,
        lambda row: row.finding_key in resolved or row.finding_key.startswith(checked),
        cycle.now,
    )


def _spans_resource(read: Callable[[], Iterable[pa.Table]]) -> Any:
    return dlt.resource(read, name=loaded_spans.TABLE, write_disposition="append")
