"""Reading a list that changes while it is read.

ShipStation pages by number. An order modified while its list is being paged moves to the end, the rows after it
move up by one, and the next page skips a row. So a list is walked by key: after each full page the walk continues
one second before the last date seen, because filters have second precision and their bound may be inclusive or
not. Rows that are read twice are recognized by their ids; one that has changed in between is yielded again.

Page numbers are used only within a second that has more rows than a page (a bulk edit). Each page then begins
before the end of the one before, so a row that has left the list in between shows as a gap, and that stretch is
read again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from ingest.client.http import MOST_ATTEMPTS, Client
from ingest.client.list_page import Page, UnreadableRow, read_around, read_page
from ingest.client.pacific_time import filter_text, newest_wall
from ingest.client.payload import Payload
from ingest.client.unreadable_rows import UnreadablePlace, isolate, unreadable_places
from ingest.client.walk_limit import WalkLimit
from ingest.errors import ServerKeepsFailing, UnexpectedAnswer, UnreadableAnswer

log = logging.getLogger(__name__)

_STEP_BACK = timedelta(seconds=1)
_MOST_REWALKS = 5


@dataclass(frozen=True)
class ListQuery:
    """A list to walk, and the date to walk it by.

    Attributes:
        path: The list's path, for example `/orders`.
        envelope: The field of the answer that holds the rows.
        id_field: The rows' key.
        date_field: The date the list is sorted and filtered by.
        filter_name: The filter's name without `Start` and `End`.
        sort_by: The value of `sortBy`.
        extra: Further query parameters.
        by_key: False where the list cannot be sorted by the date it is filtered by. Such a list is read by page
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
        """The field that the list is sorted by; None where that is not `date_field`."""
        return self.date_field if self.by_key else None


@dataclass(frozen=True)
class _Page:
    """One page, read in one request or around its unreadable rows; offsets are those in the list."""

    rows: list[Payload]
    unreadable: list[UnreadableRow]
    total: int | None
    is_last: bool


@dataclass(frozen=True)
class _Stretch:
    """A page to read: by page number from one start.

    Attributes:
        start: Naive Pacific wall time.
        read: How many rows were read from there before this page.
        offset: The offset of the page's first row.
        size: How many rows the page asks for.
        known: Key and date of the last row of the page before, which this page must contain; None where it need
            not.
        rewalks: How often the stretch was read again from its first page.
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
    on_unreadable: Callable[[UnreadablePlace], None],
    end: datetime | None = None,
    page_size: int = 500,
    on_page: Callable[[int, int], None] = lambda *_: None,
) -> Iterator[list[Payload]]:
    """Yield the rows of a list from a date on, in batches without rows yielded before in the same version.

    Args:
        client: The API client.
        query: The list.
        start: The first date, naive Pacific wall time.
        on_unreadable: Called with each row that cannot be read, each time that it is met.
        end: The last date, naive Pacific wall time; None for no limit.
        page_size: Rows of one request.
        on_page: Called with (rows read so far, rows expected) after each page.

    Raises:
        UnexpectedAnswer: The list never ends, or repeats itself.
        IngestError: Any error of `fetch_page`.
    """
    seen: dict[Any, object] = {}
    limit = WalkLimit(query.path, page_size)
    stretch: _Stretch | None = _Stretch(start, 0, 0, page_size)
    while stretch is not None:
        page = _read(client, query, stretch, end)
        fresh = _take_new(page.rows, query, seen)
        limit.note(len(fresh) + len(page.unreadable), page.total)
        for row in _unreadable_places(query, stretch, page):
            on_unreadable(row)
        on_page(len(seen), max(len(seen), page.total or 0))
        if fresh:
            yield fresh
        stretch = _next_stretch(stretch, page, query, page_size)


_NEW = object()


def _take_new(rows: list[Payload], query: ListQuery, seen: dict[Any, object]) -> list[Payload]:
    """Return the rows that were not seen in this version, and add all of them to those seen."""
    versions = [_version(row, query) for row in rows]
    fresh = [row for row, (key, date) in zip(rows, versions, strict=True) if seen.get(key, _NEW) != date]
    seen.update(versions)
    return fresh


def _read(client: Client, query: ListQuery, stretch: _Stretch, end: datetime | None) -> _Page:
    begin, size = stretch.offset, stretch.size
    try:
        page = fetch_page(client, query, stretch.start, end, begin // size + 1, size)
    except ServerKeepsFailing:
        log.warning("a page of %s fails; reading it in smaller pieces", query.path)
    else:
        unreadable = [replace(row, offset=begin + row.offset) for row in page.unreadable]
        return _Page(page.rows, unreadable, page.total, is_last=page.size < size)
    found = isolate(
        lambda number, rows: fetch_page(client, query, stretch.start, end, number, rows, attempts=2), begin, size
    )
    return _Page(found.rows, found.unreadable, None, found.is_last)


def _unreadable_places(query: ListQuery, stretch: _Stretch, page: _Page) -> list[UnreadablePlace]:
    new = [row for row in page.unreadable if row.offset >= stretch.read]
    return unreadable_places(query.path, query.id_field, query.sorted_by, stretch.start.isoformat(), new)


def fetch_page(
    client: Client,
    query: ListQuery,
    start: datetime,
    end: datetime | None,
    number: int,
    size: int,
    *,
    attempts: int = MOST_ATTEMPTS,
) -> Page:
    """Return one page of a list, with its unreadable rows set apart.

    Args:
        client: The API client.
        query: The list.
        start: The first date, naive Pacific wall time.
        end: The last date, naive Pacific wall time; None for no limit.
        number: The page's number, from 1.
        size: Rows of a page.
        attempts: The most attempts.

    Raises:
        UnexpectedAnswer: The answer is not the documented envelope.
        IngestError: Any error of `Client.get`.
    """
    page: Page | None
    try:
        params = _parameters(query, start, end, number, size)
        decode = partial(read_page, envelope=query.envelope)
        page = client.get(query.path, params, attempts=attempts, decode=decode)
    except UnreadableAnswer as problem:
        page = read_around(problem.body, query.envelope)
        if page is None:
            raise
    if page is None:
        raise UnexpectedAnswer(f"ShipStation's answer to {query.path} has no list '{query.envelope}'.")
    return page


def _parameters(
    query: ListQuery, start: datetime, end: datetime | None, number: int, size: int
) -> dict[str, str | int]:
    bounds = {f"{query.filter_name}Start": filter_text(start)}
    if end is not None:
        bounds[f"{query.filter_name}End"] = filter_text(end)
    return {**bounds, "sortBy": query.sort_by, "sortDir": "ASC", "page": number, "pageSize": size, **query.extra}


def _version(row: Payload, query: ListQuery) -> tuple[Any, object]:
    """Return a row's key, and its date as its version."""
    key = row.get(query.id_field)
    return key if isinstance(key, int | str) else row.body, row.get(query.date_field)


def _again(query: ListQuery, stretch: _Stretch, page_size: int) -> _Stretch | None:
    """Return the same stretch from its first page; None when it was read again too often."""
    if stretch.rewalks == _MOST_REWALKS:
        log.warning("%s keeps changing while it is paged; rows may be missing until they change", query.path)
        return None
    log.info("%s changed while it was paged; reading the stretch again", query.path)
    return _Stretch(stretch.start, 0, 0, page_size, rewalks=stretch.rewalks + 1)


def _next_stretch(stretch: _Stretch, page: _Page, query: ListQuery, page_size: int) -> _Stretch | None:
    """Return the next stretch: by key, or by page number where a second fills a page; None at the list's end.

    Where the page lacks the row that it must contain, the stretch is read again.
    """
    if stretch.known is not None and stretch.known not in (_version(row, query) for row in page.rows):
        again = _again(query, stretch, page_size)
        if again is not None:
            return again
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
    """Return the page that begins within the rows read and reaches furthest.

    Args:
        read: How many rows were read, from the first on.
        page_size: The most rows of a page.

    Returns:
        Offset of its first row, and its size; the page after the rows where no overlapping one reaches further.
    """
    sizes = range(page_size, page_size // 2, -1)
    size = max(sizes, key=lambda size: (read - 1) // size * size + size)
    offset = (read - 1) // size * size
    return (offset, size) if offset + size > read else (read, page_size)


def _last_date(rows: list[Payload], query: ListQuery) -> datetime | None:
    newest = newest_wall(row.get(query.date_field) for row in rows) if query.by_key else None
    return newest.replace(microsecond=0) - _STEP_BACK if newest else None
