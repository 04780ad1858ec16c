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

from ingest.client import MOST_ATTEMPTS, Client
from ingest.errors import ServerKeepsFailing, UnexpectedAnswer
from ingest.pacific import filter_text, newest_wall
from ingest.payload import Payload, read_page
from ingest.poison import isolate

log = logging.getLogger(__name__)

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


@dataclass(frozen=True)
class Poison:
    """A row that spoils every page it is in.

    Attributes:
        path: The list's path.
        after: The date (as the payload's text) of the row before it, or the start of the walk.
        offset: Its offset in the list that begins at the walk's start, from 0.
    """

    path: str
    after: str
    offset: int


@dataclass(frozen=True)
class _Page:
    """One page as it was read, in one piece or around what spoils it."""

    rows: list[Payload]
    total: int | None
    is_last: bool


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
    on_poison: Callable[[Poison], None] | None = None,
) -> Iterator[list[Payload]]:
    """Yield every row of a list whose date is at or after a wall time, in batches, each id's newest version.

    Args:
        client: Where to read.
        query: Which list.
        start: Naive Pacific wall time to start from.
        end: Naive Pacific wall time to end at (inclusive), or None for all there is.
        page_size: Rows a request asks for.
        on_page: Told (rows read so far, rows expected) after each page.
        on_poison: Told of each row that spoils its page; without it such a page ends the walk.

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
        page = _read(client, query, stretch, end, page_size, on_poison)
        if stretch.page == 1:
            stretch.first_total = page.total
        fresh = [row for row in page.rows if seen.get(_key(row, query), _MISSING) != row.get(query.date_field)]
        stretch.moved |= _has_moved(stretch, fresh, page.total, seen, query)
        for row in fresh:
            seen[_key(row, query)] = row.get(query.date_field)
        if on_page:
            on_page(len(seen), max(len(seen), page.total or 0))
        if fresh:
            yield fresh
        following = _next_stretch(stretch, page, query)
        if following is None:
            return
        stretch = following


_MISSING = object()


def _read(
    client: Client,
    query: ListQuery,
    stretch: _Stretch,
    end: datetime | None,
    page_size: int,
    on_poison: Callable[[Poison], None] | None,
) -> _Page:
    try:
        rows, total = fetch_page(client, query, stretch.start, end, stretch.page, page_size)
        return _Page(rows, total, is_last=len(rows) < page_size)
    except ServerKeepsFailing:
        if on_poison is None:
            raise
    log.warning("a page of %s fails as a whole; reading it in pieces", query.path)
    found = isolate(
        lambda page, size: fetch_page(client, query, stretch.start, end, page, size, attempts=2)[0],
        stretch.page,
        page_size,
    )
    for offset, before in found.poisoned:
        after = before.get(query.date_field) if before else None
        on_poison(Poison(query.path, str(after or stretch.start.isoformat()), offset))
    return _Page(found.rows, None, found.is_last)


def fetch_page(
    client: Client,
    query: ListQuery,
    start: datetime,
    end: datetime | None,
    page: int,
    page_size: int,
    *,
    attempts: int = MOST_ATTEMPTS,
) -> tuple[list[Payload], int | None]:
    """One page of a list and the total it tells.

    Args:
        client: Where to read.
        query: Which list.
        start: Naive Pacific wall time to filter from.
        end: Naive Pacific wall time to filter to, or None.
        page: The page's number, from 1.
        page_size: Rows asked for.
        attempts: How often to try.

    Raises:
        UnexpectedAnswer: The answer is not the documented envelope.
        IngestError: Whatever `Client.get` raises.
    """
    params: dict[str, str | int] = {
        f"{query.filter_name}Start": filter_text(start),
        "sortBy": query.sort_by,
        "sortDir": "ASC",
        "page": page,
        "pageSize": page_size,
        **query.extra,
    }
    if end is not None:
        params[f"{query.filter_name}End"] = filter_text(end)
    page_read = client.get(
        query.path, params, attempts=attempts, decode=lambda body: read_page(body, query.envelope)
    )
    if page_read is None:
        raise UnexpectedAnswer(
            f"ShipStation's answer to {query.path} has no list '{query.envelope}'. "
            "Check that SHIPSTATION_BASE_URL is ShipStation's V1 API."
        )
    rows, total = page_read
    return rows, total


def _key(row: Payload, query: ListQuery) -> Any:
    key = row.get(query.id_field)
    return key if isinstance(key, int | str) else row.body


def _has_moved(
    stretch: _Stretch, fresh: list[Payload], total: int | None, seen: dict[Any, object], query: ListQuery
) -> bool:
    """Whether rows may have slipped past while this stretch was read by page number."""
    if stretch.page == 1:
        return False
    shrunk = total is not None and stretch.first_total is not None and total < stretch.first_total
    return shrunk or any(_key(row, query) in seen for row in fresh)


def _next_stretch(stretch: _Stretch, page: _Page, query: ListQuery) -> _Stretch | None:
    """Where to read on: further by key, by page number where a second fills a page, again, or nowhere."""
    by_key = _last_date(page.rows, query)
    advances = by_key is not None and by_key > stretch.start
    if (page.is_last or advances) and stretch.moved and stretch.rewalks < _MOST_REWALKS:
        log.info("%s moved while it was paged; reading the stretch again", query.path)
        return _Stretch(stretch.start, rewalks=stretch.rewalks + 1)
    if page.is_last:
        return None
    if by_key is not None and advances:
        return _Stretch(by_key)
    return replace(stretch, page=stretch.page + 1)


def _last_date(rows: list[Payload], query: ListQuery) -> datetime | None:
    newest = newest_wall(row.get(query.date_field) for row in rows) if query.by_key else None
    return newest.replace(microsecond=0) - _STEP_BACK if newest else None
