"""The dlt source `shipstation`: every list the ledger needs, each with its key and its cursor.

| resource     | key            | read by                                               |
|--------------|----------------|-------------------------------------------------------|
| orders       | order_id       | modifyDate                                            |
| shipments    | shipment_id    | createDate, and voidDate for labels voided later      |
| fulfillments | fulfillment_id | createDate                                            |
| carriers, services, stores | own keys | whole, once a day                             |
| order_states | order_id       | orders without lines, and what became of them         |
| findings     | finding_key    | what the cycle noticed                                |
| watermarks   | none, appended | how far each list was read, in the same load as rows  |
| read_spans   | none, appended | which stretches of each list were read, likewise      |

Payloads stay whole: `max_table_nesting=0`, and Arrow tables, so dlt neither unnests nor reads dates.
dlt's own `incremental` is not used as cursor: it compares the text of Pacific wall times, which runs backwards
for an hour each autumn, and it commits its state when extraction ends, before the rows are in the warehouse.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import dlt
import pyarrow as pa

from ingest.client.list_walk import ListQuery
from ingest.sources.shipstation import load_exceptions, loaded_spans, order_states, reference_lists, watermarks
from ingest.sources.shipstation.load_cycle import Cycle
from ingest.sources.shipstation.records import FULFILLMENTS, ORDERS, SHIPMENTS, RecordKind

ORDERS_BY_MODIFY_DATE = ListQuery("/orders", "orders", "orderId", "modifyDate", "modifyDate", "ModifyDate")
_WITH_ITEMS = {"includeShipmentItems": "true"}
SHIPMENTS_BY_CREATE_DATE = ListQuery(
    "/shipments", "shipments", "shipmentId", "createDate", "createDate", "CreateDate", _WITH_ITEMS
)
# A void joins this list wherever its creation date sorts it and never leaves: page numbers cannot skip a row.
SHIPMENTS_BY_VOID_DATE = ListQuery(
    "/shipments", "shipments", "shipmentId", "voidDate", "voidDate", "CreateDate", _WITH_ITEMS, by_key=False
)
FULFILLMENTS_BY_CREATE_DATE = ListQuery(
    "/fulfillments", "fulfillments", "fulfillmentId", "createDate", "createDate", "CreateDate"
)

_QUERIES = {
    "orders": ORDERS_BY_MODIFY_DATE,
    "shipments": SHIPMENTS_BY_CREATE_DATE,
    "voids": SHIPMENTS_BY_VOID_DATE,
    "fulfillments": FULFILLMENTS_BY_CREATE_DATE,
}


@dlt.source(name="shipstation", max_table_nesting=0)
def shipstation(cycle: Cycle, *, with_reference_lists: bool) -> Any:
    """All resources of one cycle, to be loaded together in the order given.

    Args:
        cycle: What to read and what is known; its tallies and findings are filled on the way.
        with_reference_lists: Whether carriers, services and stores are due.
    """
    yield _orders(cycle)
    yield _shipments(cycle)
    yield _fulfillments(cycle)
    if with_reference_lists or "stores" not in cycle.store.tables:
        yield from reference_lists.resources(
            cycle.client, due=with_reference_lists, problems=cycle.reference_problems
        )
    yield _order_states(cycle)
    yield _findings(cycle)
    yield _watermarks(cycle, with_reference_lists)
    yield _read_spans(cycle)


@dlt.source(name="shipstation", max_table_nesting=0)
def read_spans(read: Sequence[loaded_spans.ReadSpan]) -> Any:
    """Spans alone, which were read before they were noted; see `adoption`."""
    yield _spans_resource(lambda: [loaded_spans.to_table(read, datetime.now(UTC))])


def merge_hints(kind: RecordKind) -> dict[str, Any]:
    """A resource's settings: merged on ShipStation's id; within a load the row fetched last wins."""
    return {
        "name": kind.table,
        "primary_key": kind.key,
        "write_disposition": "merge",
        "columns": {
            "payload": {"data_type": "json"},
            "kept_fields": {"data_type": "json"},
            "fetched_at": {"dedup_sort": "desc"},
        },
    }


def _orders(cycle: Cycle) -> Any:
    def orders() -> Iterator[pa.Table]:
        yield from cycle.changed("orders", ORDERS, ORDERS_BY_MODIFY_DATE, "modifyDate")

    return dlt.resource(orders, **merge_hints(ORDERS))


def _shipments(cycle: Cycle) -> Any:
    def shipments() -> Iterator[pa.Table]:
        yield from cycle.changed("shipments", SHIPMENTS, SHIPMENTS_BY_CREATE_DATE, "createDate")
        yield from cycle.changed("voids", SHIPMENTS, SHIPMENTS_BY_VOID_DATE, "voidDate")

    return dlt.resource(shipments, **merge_hints(SHIPMENTS))


def _fulfillments(cycle: Cycle) -> Any:
    def fulfillments() -> Iterator[pa.Table]:
        yield from cycle.changed("fulfillments", FULFILLMENTS, FULFILLMENTS_BY_CREATE_DATE, "createDate")

    return dlt.resource(fulfillments, **merge_hints(FULFILLMENTS))


def _order_states(cycle: Cycle) -> Any:
    def states() -> Iterator[pa.Table]:
        if cycle.new_states or "order_states" not in cycle.store.tables:
            yield order_states.to_table(list(cycle.new_states.values()))

    return dlt.resource(states, name="order_states", primary_key="order_id", write_disposition="merge")


def _findings(cycle: Cycle) -> Any:
    def noticed() -> Iterator[pa.Table]:
        checked = (load_exceptions.WATERMARK, load_exceptions.POISON) if cycle.arrived_by == "sync" else ()
        settled = load_exceptions.mismatches_settled(cycle.open_findings, cycle.brought())
        rows = load_exceptions.to_load(cycle.findings, cycle.open_findings, checked, cycle.now, settled)
        if rows or "findings" not in cycle.store.tables:
            yield load_exceptions.to_table(rows)

    return dlt.resource(noticed, name="findings", primary_key="finding_key", write_disposition="merge")


def _watermarks(cycle: Cycle, with_reference_lists: bool) -> Any:
    def progress() -> Iterator[pa.Table]:
        marks = watermarks.to_note(cycle, with_reference_lists=with_reference_lists)
        if marks or "watermarks" not in cycle.store.tables:
            yield watermarks.to_table(marks)

    return dlt.resource(progress, name="watermarks", write_disposition="append")


def _read_spans(cycle: Cycle) -> Any:
    def read() -> Iterator[pa.Table]:
        noted = loaded_spans.to_note(cycle, _QUERIES)
        if noted or loaded_spans.TABLE not in cycle.store.tables:
            yield loaded_spans.to_table(noted, datetime.now(UTC))

    return _spans_resource(read)


def _spans_resource(read: Callable[[], Iterable[pa.Table]]) -> Any:
    return dlt.resource(read, name=loaded_spans.TABLE, write_disposition="append")
