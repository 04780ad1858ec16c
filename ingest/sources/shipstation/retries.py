"""Reading the places again where a row could not be read: a few in each cycle, so that each gets its turn."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from ingest.client.http import Client
from ingest.client.list_page import Page
from ingest.client.list_walk import ListQuery, fetch_page
from ingest.client.pacific_time import newest_wall, parse_wall
from ingest.client.single_orders import fetch_order
from ingest.errors import ApiUnreachable, NotFound, UnexpectedAnswer
from ingest.exceptions import ExceptionRow
from ingest.sources.shipstation.load_exceptions import UNREADABLE

# A cycle tries this many places, at first with so few rows that other unreadable ones are not among them.
MOST_RETRIED = 5
_FEW_ROWS = 25


def places(path: str, exceptions: Mapping[str, ExceptionRow]) -> dict[str, list[ExceptionRow]]:
    """Return where rows of a list could not be read, with the exceptions of each place.

    Args:
        path: The list's path.
        exceptions: Open exceptions by key.

    Returns:
        By place: `:` and the date of the row before, or `/` and an order's id.
    """
    found: dict[str, list[ExceptionRow]] = {}
    for key, exception in exceptions.items():
        place = key.removeprefix(f"{UNREADABLE}{path}").partition("#")[0]
        if key.startswith(f"{UNREADABLE}{path}") and place[:1] in (":", "/"):
            found.setdefault(place, []).append(exception)
    return found


def due(known: Iterable[str], now: datetime) -> list[str]:
    """Return the places to try in the cycle of an instant: as if drawn at random, so that each gets its turn."""
    return sorted(known, key=lambda place: hashlib.blake2b(f"{place} {now.isoformat()}".encode()).digest())[
        :MOST_RETRIED
    ]


def read_again(client: Client, query: ListQuery, place: str, page_size: int) -> Page | None:
    """Return the rows at a place; None when they cannot be read or it stays unclear, so its exceptions stay."""
    try:
        if place.startswith("/"):
            return Page([fetch_order(client, int(place[1:]), attempts=1)])
        after = parse_wall(place[1:])
        if after is None:
            return None
        start = after.replace(microsecond=0) - timedelta(seconds=1)
        for size in (_FEW_ROWS, page_size):
            page = fetch_page(client, query, start, None, 1, size, attempts=1)
            if page.size < size or (query.by_key and _reaches_beyond(after, page, query)):
                return page
    except NotFound:
        return Page([])
    except (ApiUnreachable, UnexpectedAnswer):
        return None
    return None


def _reaches_beyond(after: datetime, page: Page, query: ListQuery) -> bool:
    """Return whether a page has a row after the place: many rows may have the date of the one before it."""
    newest = newest_wall(row.get(query.date_field) for row in page.rows)
    return newest is not None and newest > after
