"""Reading a list from the cursor in dlt's state, for pipelines that are not the worker's."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import dlt
import pyarrow as pa

from ingest.client.http import Client
from ingest.client.list_walk import walk
from ingest.client.pacific_time import earliest_instant, filter_end, filter_start, parse_wall
from ingest.client.unreadable_rows import UnreadablePlace
from ingest.sources.shipstation.api_lists import API_LISTS
from ingest.sources.shipstation.records import changed_records, newest_of_each, read_key, to_table
from ingest.sources.shipstation.watermarks import FUTURE_TOLERANCE

log = logging.getLogger(__name__)

# The cursor's column: the list's date as an instant. Pacific wall times cannot be compared as text, because they
# run backwards for an hour each autumn.
CURSOR = "changed_at"


def rows_since(client: Client, name: str, cursor: Any) -> Iterator[pa.Table]:
    """Yield the rows of a list that changed since a cursor, with the cursor's column.

    The rows of the cursor's lag are read again; dlt's state has their hashes, so only changed ones are yielded.

    Args:
        client: Where to read.
        name: The list's name in `API_LISTS`.
        cursor: dlt's incremental cursor, with a start and perhaps an end.
    """
    kind, query = API_LISTS[name]
    hashes = dlt.current.resource_state().setdefault("hashes", {})
    loaded: dict[str, str] = {} if cursor.end_value else hashes.get(name, {})
    listed: dict[str, tuple[datetime, str]] = {}
    pages = walk(
        client,
        query,
        start=filter_start(cursor.start_value),
        end=filter_end(cursor.end_value) if cursor.end_value else None,
        on_unreadable=_warn,
    )
    for page in pages:
        if any(read_key(kind, row) is None for row in page):
            log.warning("a row of %s came without a usable id and was left out", kind.table)
        now, latest = datetime.now(UTC), client.server_now() + FUTURE_TOLERANCE
        changed, dates = [], []
        for record in changed_records(kind, newest_of_each(kind, page), {}, arrived_by="sync", now=now):
            changed_at = _instant(record.payload.get(query.date_field), latest)
            if changed_at:
                listed[str(record.key)] = changed_at, record.payload_hash
            if loaded.get(str(record.key)) != record.payload_hash:
                changed.append(record)
                dates.append(changed_at)
        if changed:
            column = pa.array(dates, pa.timestamp("us", tz="UTC"))
            yield to_table(kind, changed, now).append_column(CURSOR, column)
        listed = _within_lag(listed, cursor)
    if not cursor.end_value:
        hashes[name] = {key: digest for key, (_at, digest) in _within_lag(listed, cursor).items()}


def _within_lag(listed: dict[str, tuple[datetime, str]], cursor: Any) -> dict[str, tuple[datetime, str]]:
    """Return the rows that the next run reads again: a first run, of years, would keep every row otherwise."""
    start = cursor.last_value - timedelta(seconds=cursor.lag or 0)
    return {key: (at, digest) for key, (at, digest) in listed.items() if at >= start}


def _instant(date: object, latest: datetime) -> datetime | None:
    """Return a row's date as an instant (UTC), None where it has none or one that has not come."""
    wall = parse_wall(date)
    instant = earliest_instant(wall) if wall else None
    return instant if instant and instant <= latest else None


def _warn(row: UnreadablePlace) -> None:
    log.warning("a row of %s after %s cannot be read and was left out", row.path, row.after)
