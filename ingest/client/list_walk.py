"""Reading a list that moves while it is read.

ShipStation pages by number. An order modified while its list is being paged moves to the end, everything
behind it moves up by one, and the next page skips a row. So a list is walked by key: after each full page the
walk continues from the last date seen, a second before it, because filters have second precision and nobody
knows whether their bound is inclusive. Rows met twice are recognized by their ids.

Only where one second holds more than a page (a bulk edit) are page numbers used, within that second. Each page
then begins before the last one ended, so that a row which has left the list in between is noticed by the gap, and
that stretch is walked again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from ingest.client.http import MOST_ATTEMPTS, Client
from ingest.client.list_page import Page, UnreadableRow, read_around, read_page
from ingest.client.pacific_time import filter_text, newest_wall
from ingest.client.payload import Payload
from ingest.client.unreadable_rows import Poison, isolate, poisons
from ingest.errors import ServerKeepsFailing, UnexpectedAnswer, UnreadableAnswer

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

    @property
    def sorted_by(self) -> str | None:
        """The field that the list is sorted by; None for a list that is sorted by another than `date_field`."""
        return self.date_field if self.by_key else None


@dataclass(frozen=True)
class _Page:
    """One page as it was read, in one piece or around what spoils it; offsets are those in the list."""

    rows: list[Payload]
    unreadable: list[UnreadableRow]
    total: int | None
    is_last: bool


@dataclass(frozen=True)
class _Stretch:
    """A stretch of the list read by page number from one start.

    Attributes:
        start: Naive Pacific wall time.
        read: How many rows were read from there before this page.
        offset: The offset of the page's first row.
        size: How many rows the page asks for.
        known: Key and date of the last row read before, which the page must begin with or behind; None where
            that need not be so.
        rewalks: How often it was read from its first page again.
    """

    start: datetime
    read: int
    offset: int
    size: int
    known: tuple[Any, object] | None = None
    rewalks: int = 0


def walk(
    client: Client,
    query: ListQuery,
    *,
    start: datetime,
    on_poison: Callable[[Poison], None],
    end: datetime | None = None,
    page_size: int = 500,
    on_page: Callable[[int, int], None] | None = None,
) -> Iterator[list[Payload]]:
    """Yield every row of a list whose date is at or after a wall time, in batches, each id's newest version.

    Args:
        client: Where to read.
        query: Which list.
        start: Naive Pacific wall time to start from.
        on_poison: Called with each row that cannot be read, each time that it is met.
        end: Naive Pacific wall time to end at (inclusive), or None for all there is.
        page_size: Rows a request asks for.
        on_page: Called with (rows read so far, rows expected) after each page.

    Yields:
        Batches of payloads that were not yielded before in the same version. A row met again with another
        date is yielded again; who loads them keeps the newest.

    Raises:
        UnexpectedAnswer: The answer is not the documented envelope.
        IngestError: Whatever `Client.get` raises.
    """
    seen: dict[Any, object] = {}
    stretch = _Stretch(start, 0, 0, page_size)
    while True:
        page = _read(client, query, stretch, end)
        versions = [_version(row, query) for row in page.rows]
        has_moved = stretch.known is not None and stretch.known not in versions
        fresh = [
            row for row, (key, date) in zip(page.rows, versions, strict=True) if seen.get(key, _MISSING) != date
        ]
        seen.update(versions)
        for poison in _poisons(query, stretch, page):
            on_poison(poison)
        if on_page:
            on_page(len(seen), max(len(seen), page.total or 0))
        if fresh:
            yield fresh
        following = _again(query, stretch, page_size) if has_moved else None
        following = following or _next_stretch(stretch, page, query, page_size)
        if following is None:
            return
        stretch = following


_MISSING = object()


def _read(client: Client, query: ListQuery, stretch: _Stretch, end: datetime | None) -> _Page:
    begin, size = stretch.offset, stretch.size
    try:
        page = fetch_page(client, query, stretch.start, end, begin // size + 1, size)
    except ServerKeepsFailing:
        log.warning("a page of %s fails as a whole; reading it in pieces", query.path)
    else:
        unreadable = [replace(row, offset=begin + row.offset) for row in page.unreadable]
        return _Page(page.rows, unreadable, page.total, is_last=page.size < size)
    found = isolate(
        lambda number, rows: fetch_page(client, query, stretch.start, end, number, rows, attempts=2), begin, size
    )
    return _Page(found.rows, found.unreadable, None, found.is_last)


def _poisons(query: ListQuery, stretch: _Stretch, page: _Page) -> list[Poison]:
    new = [row for row in page.unreadable if row.offset >= stretch.read]
    return poisons(query.path, query.id_field, query.sorted_by, stretch.start.isoformat(), new)


def fetch_page(
    client: Client,
    query: ListQuery,
    start: datetime,
    end: datetime | None,
    page: int,
    page_size: int,
    *,
    attempts: int = MOST_ATTEMPTS,
) -> Page:
    """One page of a list, read around the rows of it that are no JSON.

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
    found: Page | None
    try:
        found = client.get(
            query.path, params, attempts=attempts, decode=lambda body: read_page(body, query.envelope)
        )
    except UnreadableAnswer as problem:
        found = read_around(problem.body, query.envelope)
        if found is None:
            raise
    if found is None:
        raise UnexpectedAnswer(
            f"ShipStation's answer to {query.path} has no list '{query.envelope}'. "
            "Check that SHIPSTATION_BASE_URL is ShipStation's V1 API."
        )
    return found


def _version(row: Payload, query: ListQuery) -> tuple[Any, object]:
    """Which row it is, and in which version."""
    key = row.get(query.id_field)
    return key if isinstance(key, int | str) else row.body, row.get(query.date_field)


def _again(query: ListQuery, stretch: _Stretch, page_size: int) -> _Stretch | None:
    """The same stretch from its first page; None when that was done often enough."""
    if stretch.rewalks == _MOST_REWALKS:
        log.warning("%s does not stand still while it is paged; rows may be missing until they change", query.path)
        return None
    log.info("%s moved while it was paged; reading the stretch again", query.path)
    return _Stretch(stretch.start, 0, 0, page_size, rewalks=stretch.rewalks + 1)


def _next_stretch(stretch: _Stretch, page: _Page, query: ListQuery, page_size: int) -> _Stretch | None:
    """Where to read on: further by key, by page number where a second fills a page, or nowhere."""
    if page.is_last:
        return None
    by_key = _last_date(page.rows, query)
    if by_key is not None and by_key > stretch.start:
        return _Stretch(by_key, 0, 0, page_size)
    read = stretch.offset + stretch.size
    offset, size = overlapping_page(read, page_size)
    is_last_readable = not page.unreadable or page.unreadable[-1].offset < read - 1
    known = _version(page.rows[-1], query) if offset < read and is_last_readable else None
    return _Stretch(stretch.start, read, offset, size, known, stretch.rewalks)


def overlapping_page(read: int, page_size: int) -> tuple[int, int]:
    """Of the pages that begin before so many rows end, the one that reaches furthest.

    Args:
        read: How many rows were read, from the first on.
        page_size: The most rows of a page.

    Returns:
        Offset of its first row, and its size; a page behind the rows where none that overlaps them gets further.
    """
    sizes = range(page_size, page_size // 2, -1)
    size = max(sizes, key=lambda size: (read - 1) // size * size + size)
    offset = (read - 1) // size * size
    return (offset, size) if offset + size > read else (read, page_size)


def _last_date(rows: list[Payload], query: ListQuery) -> datetime | None:
    newest = newest_wall(row.get(query.date_field) for row in rows) if query.by_key else None
    return newest.replace(microsecond=0) - _STEP_BACK if newest else None
