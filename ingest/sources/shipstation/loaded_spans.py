"""Which spans of each list were read: stored in the same load as their rows, and never changed.

A close has to know that no rows are missing, which the rows themselves do not show. A sync's span is stored when
it moves a watermark: the next sync begins there, so there is no gap between them. A backfill's span is stored once
all of it has been read.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING

import pyarrow as pa

from ingest.client.http import Client
from ingest.client.list_walk import fetch_page
from ingest.client.pacific_time import filter_end, filter_start
from ingest.errors import ApiUnreachable
from ingest.sources.shipstation.api_lists import API_LISTS
from ingest.sources.shipstation.watermarks import BEGINNING, LISTS

if TYPE_CHECKING:
    from ingest.sources.shipstation.load_cycle import Cycle

log = logging.getLogger(__name__)

TABLE = "read_spans"
_INSTANT = pa.timestamp("us", tz="UTC")
SCHEMA = pa.schema(
    [
        pa.field("list_name", pa.string(), nullable=False),
        pa.field("from_at", _INSTANT, nullable=False),
        pa.field("until_at", _INSTANT, nullable=False),
        pa.field("arrived_by", pa.string(), nullable=False),
        pa.field("moves_watermark", pa.bool_(), nullable=False),
        pa.field("noted_at", _INSTANT, nullable=False),
    ]
)


@dataclass(frozen=True)
class ReadSpan:
    """A span of one list that was read completely. Instants are UTC.

    Attributes:
        list_name: orders, shipments, voids or fulfillments.
        from_at: Where it begins.
        until_at: Where it ends.
        arrived_by: `sync` or `backfill`; `proof` when the span was derived later, see `adoption`.
        moves_watermark: Whether the list's watermark lies in it, so the next sync continues from there.
    """

    list_name: str
    from_at: datetime
    until_at: datetime
    arrived_by: str
    moves_watermark: bool = False


def of_sync(cycle: Cycle) -> list[ReadSpan]:
    """Return what a sync read of the lists whose watermarks it moves."""
    moved = cycle.moved_marks()
    return [
        ReadSpan(name, cycle.spans[name].start, cycle.tallies[name].read_at, "sync", moves_watermark=True)
        for name in LISTS
        if name in moved
    ]


def spans_to_load(cycle: Cycle) -> list[ReadSpan]:
    """Return the spans to load with a cycle whose lists were read.

    Where nothing was read before a span, ShipStation is asked whether it has older rows: if not, the list was read
    from its beginning.
    """
    spans = cycle.read_spans(cycle)
    if spans and cycle.is_new_span and not cycle.store.knows_beginning():
        begins = {span.list_name: span.from_at for span in spans}
        if _nothing_before(cycle.client, begins):
            spans += [ReadSpan(name, BEGINNING, begin, cycle.arrived_by) for name, begin in begins.items()]
    return spans


def _nothing_before(client: Client, begins: Mapping[str, datetime]) -> bool:
    """Return whether no list has a row before its instant, at the cost of at most one request for each list."""
    for name, begin in begins.items():
        try:
            query = API_LISTS[name][1]
            found = fetch_page(client, query, filter_start(BEGINNING), filter_end(begin), 1, 1, attempts=1)
        except ApiUnreachable as problem:
            log.warning("whether %s has rows before %s is unknown: %s", name, begin, problem)
            return False
        if found.size:
            return False
    return True


def to_table(spans: Sequence[ReadSpan], noted_at: datetime) -> pa.Table:
    """Return spans as an Arrow table in the raw table's schema."""
    columns = list(zip(*map(astuple, spans), strict=True)) if spans else [()] * len(fields(ReadSpan))
    return pa.table([*map(list, columns), [noted_at] * len(spans)], schema=SCHEMA)
