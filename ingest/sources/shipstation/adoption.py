"""The spans that a warehouse of an earlier release, which stored none, has provably read.

Each sync began at the watermark of the one before, so a list was read from the first watermark to the last, except
where one could not be used. A backfill's span is in the arguments of its job.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from dlt.destinations.sql_client import SqlClientBase

from ingest.pipeline import Warehouse, create_pipeline, held_open, load, query, table_names
from ingest.sources.shipstation.load import SOURCE
from ingest.sources.shipstation.load_exceptions import WATERMARK
from ingest.sources.shipstation.loaded_spans import TABLE, ReadSpan
from ingest.sources.shipstation.stored_rows import COMPLETE
from ingest.sources.shipstation.watermarks import FALLBACK_DAYS, FUTURE_TOLERANCE, LISTS
from ingest.sources.shipstation.worker_tables import read_spans


@dataclass(frozen=True)
class Backfilled:
    """A backfill that succeeded: its span (UTC; no end for now), when it began and when it ended."""

    since: datetime
    until: datetime | None
    began_at: datetime
    ended_at: datetime


def adopt_spans(warehouse: Warehouse, backfills: Sequence[Backfilled]) -> None:
    """Store the provable spans, once, in a warehouse of an earlier release; others are not changed.

    Args:
        warehouse: The warehouse.
        backfills: Those in the run log; one that was loaded into a warehouse since lost is ignored.
    """
    pipeline = create_pipeline(warehouse, SOURCE)
    with held_open(pipeline) as database:
        tables = table_names(database)
        if "watermarks" not in tables or TABLE in tables:
            return
        load(pipeline, read_spans([*_of_syncs(database), *_of_backfills(database, backfills)]))


def _of_syncs(database: SqlClientBase[Any]) -> list[ReadSpan]:
    fallbacks = [
        at.astimezone(UTC)
        for (at,) in query(
            database, "select first_seen_at from findings where finding_key like %s order by 1", f"{WATERMARK}%"
        )
    ]
    spans: list[ReadSpan] = []
    for name in LISTS:
        marks = query(
            database,
            f"select watermark_at, noted_at from watermarks where resource = %s and {COMPLETE}"
            " and watermark_at <= noted_at + %s order by noted_at",
            name,
            FUTURE_TOLERANCE,
        )
        stretches = _stretches([(at.astimezone(UTC), noted.astimezone(UTC)) for at, noted in marks], fallbacks)
        spans += [
            ReadSpan(name, begin, end, "proof", moves_watermark=number == len(stretches))
            for number, (begin, end) in enumerate(stretches, start=1)
        ]
    return spans


def _stretches(
    marks: Sequence[tuple[datetime, datetime]], fallbacks: Sequence[datetime]
) -> list[tuple[datetime, datetime]]:
    """Return what syncs read without a gap, from a list's watermarks and when each was stored, in that order."""
    stretches: dict[datetime | None, tuple[datetime, datetime]] = {}
    for at, noted_at in marks:
        fallback = max((one for one in fallbacks if one <= noted_at), default=None)
        begin = fallback - timedelta(days=FALLBACK_DAYS) if fallback else at
        first, last = stretches.get(fallback, (begin, at))
        stretches[fallback] = first, max(last, at)
    return list(stretches.values())


def _of_backfills(database: SqlClientBase[Any], backfills: Sequence[Backfilled]) -> list[ReadSpan]:
    [(first_load,)] = query(database, "select min(inserted_at) from _dlt_loads where status = 0")
    return [
        ReadSpan(name, one.since, min(one.until or one.began_at, one.began_at), "proof")
        for one in backfills
        if first_load is not None and one.ended_at >= first_load
        for name in LISTS
    ]
