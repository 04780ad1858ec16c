"""Reading a list that moves while it is read.

ShipStation pages by number. An order modified while its list is being paged moves to the end, everything
behind it moves up by one, and the next page skips a row. So a list is walked by key: after each full page the
walk continues from the last date seen, a second before it, because filters have second precision and nobody
knows whether their bound is inclusive. Rows met twice are told apart by id.

Only where one second holds more than a page (a bulk edit) are page numbers used, within that second; if the
list is then seen to have moved, that stretch is walked again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from ingest.client import Client
from ingest.errors import UnexpectedAnswer
from ingest.pacific import filter_text, parse_wall

log = logging.getLogger(__name__)

Payload = dict[str, Any]
_STEP_BACK = timedelta(seconds=1)
_MOST_REWALKS = 5


@dataclass(frozen=True)
class ListQuery:
    """Which list to walk, and by what.

    Attributes:
        path: The list's path, for example `/orders`.
        envelope: The field of the answer that holds the rows.
        id_field: The rows' key.
        date_field: The date the list is sorted and filtered by.
        filter_name: The filter's name without `Start` and `End`.
        sort_by: The value of `sortBy`.
        extra: Further query parameters.
        by_key: False where the list cannot be sorted by what it is filtered by. Such a list is read by page
            number, which is safe only where rows can join it but never leave.
    """

    path: str
    envelope: str
    id_field: str
    date_field: str
    filter_name: str
    sort_by: str
    extra: Mapping[str, str] = field(default_factory=dict)
    by_key: bool = True


@dataclass
class _Stretch:
    """A stretch of the list read by page number from one start."""

    start: datetime
    page: int = 1
    first_total: int | None = None
    moved: bool = False
    rewalks: int = 0


def walk(
    client: Client,
    query: ListQuery,
    *,
    start: datetime,
    end: datetime | None = None,
    page_size: int = 500,
    on_page: Callable[[int, int], None] | None = None,
) -> Iterator[list[Payload]]:
    """Yield every row of a list whose date is at or after a wall time, in batches, each id's newest version.

    Args:
        client: Where to read.
        query: Which list.
        start: Naive Pacific wall time to start from.
        end: Naive Pacific wall time to end at (inclusive), or None for all there is.
        page_size: Rows a request asks for.
        on_page: Told (rows read so far, rows expected) after each page.

    Yields:
        Batches of payloads that were not yielded before in the same version. A row met again with another
        date is yielded again; who loads them keeps the newest.

    Raises:
        UnexpectedAnswer: The answer is not the documented envelope.
        IngestError: Whatever `Client.get` raises.
    """
    seen: dict[Any, object] = {}
    stretch = _Stretch(start)
    while True:
        rows, total = _fetch(client, query, stretch, end, page_size)
        if stretch.page == 1:
            stretch.first_total = total
        fresh = [row for row in rows if seen.get(_key(row, query), _MISSING) != row.get(query.date_field)]
        stretch.moved |= _has_moved(stretch, fresh, total, seen, query)
        for row in fresh:
            seen[_key(row, query)] = row.get(query.date_field)
        if on_page:
            on_page(len(seen), max(len(seen), total or 0))
        if fresh:
            yield fresh
        following = _next_stretch(stretch, rows, query, page_size)
        if following is None:
            return
        stretch = following


_MISSING = object()


def _fetch(
    client: Client, query: ListQuery, stretch: _Stretch, end: datetime | None, page_size: int
) -> tuple[list[Payload], int | None]:
    params: dict[str, str | int] = {
        f"{query.filter_name}Start": filter_text(stretch.start),
        "sortBy": query.sort_by,
        "sortDir": "ASC",
        "page": stretch.page,
        "pageSize": page_size,
        **query.extra,
    }
    if end is not None:
        params[f"{query.filter_name}End"] = filter_text(end)
    answer = client.get(query.path, params)
    rows = answer.get(query.envelope) if isinstance(answer, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise UnexpectedAnswer(
            f"ShipStation's answer to {query.path} has no list '{query.envelope}'. "
            "Check that SHIPSTATION_BASE_URL is ShipStation's V1 API."
        )
    total = answer.get("total")
    return rows, total if isinstance(total, int) else None


def _key(row: Payload, query: ListQuery) -> Any:
    key = row.get(query.id_field)
    return key if isinstance(key, int | str) else repr(row)


def _has_moved(
    stretch: _Stretch, fresh: list[Payload], total: int | None, seen: dict[Any, object], query: ListQuery
) -> bool:
    """Whether rows may have slipped past while this stretch was read by page number."""
    if stretch.page == 1:
        return False
    shrunk = total is not None and stretch.first_total is not None and total < stretch.first_total
    return shrunk or any(_key(row, query) in seen for row in fresh)


def _next_stretch(stretch: _Stretch, rows: list[Payload], query: ListQuery, page_size: int) -> _Stretch | None:
    """Where to read on: further by key, by page number where a second fills a page, again, or nowhere."""
    is_last = len(rows) < page_size
    by_key = _last_date(rows, query)
    leaves = is_last or (by_key is not None and by_key > stretch.start)
    if leaves and stretch.moved and stretch.rewalks < _MOST_REWALKS:
        log.info("%s moved while it was paged; reading the stretch again", query.path)
        return _Stretch(stretch.start, rewalks=stretch.rewalks + 1)
    if is_last:
        return None
    if by_key is not None and by_key > stretch.start:
        return _Stretch(by_key)
    return replace(stretch, page=stretch.page + 1)


def _last_date(rows: list[Payload], query: ListQuery) -> datetime | None:
    walls = [wall for row in rows if (wall := parse_wall(row.get(query.date_field)))]
    return max(walls).replace(microsecond=0) - _STEP_BACK if walls and query.by_key else None
