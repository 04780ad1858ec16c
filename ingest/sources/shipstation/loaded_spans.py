"""Which stretches of each list were read: noted in the same load as their rows, and never changed.

A close has to know that no rows are missing, which the rows themselves do not show. What a sync read is noted when
it moves a watermark: the next sync begins there, so there is no gap between them. A backfill is noted once it has
read all of its span.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING

import pyarrow as pa

from ingest.client.http import Client
from ingest.client.list_walk import ListQuery, fetch_page
from ingest.client.pacific_time import filter_end, filter_start
from ingest.errors import ApiUnreachable
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
    """A stretch of one list that was read whole. Instants are UTC.

    Attributes:
        list_name: orders, shipments, voids or fulfillments.
        from_at: Where it begins.
        until_at: Where it ends.
        arrived_by: What read it: `sync` or `backfill`; `proof` when it was derived later, see `adoption`.
        moves_watermark: The list's watermark lies in it, so the next sync goes on from there.
    """

    list_name: str
    from_at: datetime
    until_at: datetime
    arrived_by: str
    moves_watermark: bool = False


def of_sync(cycle: Cycle) -> list[ReadSpan]:
    """What a sync read of the lists whose watermarks it moves."""
    moved = cycle.moved_marks()
    return [
        ReadSpan(name, cycle.spans[name].start, cycle.tallies[name].read_at, "sync", moves_watermark=True)
        for name in LISTS
        if name in moved
    ]


def of_backfill(cycle: Cycle, span_name: str, since: datetime, until: datetime | None) -> list[ReadSpan]:
    """The whole span of each list, with the window that ends the last of them; none before."""
    read = {name: cycle.marks_before.get(f"{span_name}{name} done") for name in LISTS}
    read |= {name: tally.read_at for name, tally in cycle.tallies.items() if tally.finished}
    moved = cycle.moved_marks()
    spans = [
        ReadSpan(name, since, min(until or at, at), "backfill", moves_watermark=name in moved)
        for name, at in read.items()
        if at is not None
    ]
    return spans if len(spans) == len(LISTS) else []


def to_note(cycle: Cycle, queries: Mapping[str, ListQuery]) -> list[ReadSpan]:
    """The spans to note with this cycle's load.

    Where a cycle does not go on from what was read before, it also asks whether anything lies before: a list that
    has nothing there was read from its beginning.

    Args:
        cycle: The cycle, its lists read.
        queries: How each list is read.
    """
    spans = cycle.read_spans(cycle)
    if spans and cycle.looks_before and not cycle.store.knows_beginning():
        begins = {span.list_name: span.from_at for span in spans}
        if _nothing_before(cycle.client, begins, queries):
            spans += [ReadSpan(name, BEGINNING, begin, cycle.arrived_by) for name, begin in begins.items()]
    return spans


def _nothing_before(client: Client, begins: Mapping[str, datetime], queries: Mapping[str, ListQuery]) -> bool:
    """Whether no list holds anything before its instant; costs a request for each, at most."""
    for name, begin in begins.items():
        try:
            found = fetch_page(client, queries[name], filter_start(BEGINNING), filter_end(begin), 1, 1, attempts=1)
        except ApiUnreachable as problem:
            log.warning("whether %s has anything before %s stays unknown: %s", name, begin, problem)
            return False
        if found.size:
            return False
    return True


def to_table(spans: Sequence[ReadSpan], noted_at: datetime) -> pa.Table:
    """Spans as an Arrow table in the raw table's schema."""
    columns = list(zip(*map(astuple, spans), strict=True)) if spans else [()] * len(fields(ReadSpan))
    return pa.table([*map(list, columns), [noted_at] * len(spans)], schema=SCHEMA)
