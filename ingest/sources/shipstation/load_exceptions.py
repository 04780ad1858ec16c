"""The exceptions that loading from ShipStation raises, and which of them are resolved."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Set
from datetime import datetime

from ingest.client.payload import Payload
from ingest.client.unreadable_rows import UnreadablePlace
from ingest.exceptions import ExceptionRow

# The first part of an exception's key.
WATERMARK = "watermark:"
UNREADABLE = "poison:"
MISMATCH = "mismatch:"


def watermark_fallback(resource: str, reason: str, days: int, now: datetime) -> ExceptionRow:
    """Return the exception of a watermark that could not be used, so the last `days` days are read again."""
    return ExceptionRow(
        f"{WATERMARK}{resource}:{reason}",
        "watermark_fallback",
        "warning",
        f"The watermark of {resource} is {reason}; the last {days} days were read again. "
        "Older changes may be missing: load the time before.",
        now,
    )


def unreadable_row(row: UnreadablePlace, known: Mapping[str, ExceptionRow], now: datetime) -> ExceptionRow:
    """Return the exception of a row that cannot be read: the known one, even if the row has moved, or a new one.

    Args:
        row: Where the row is, and what its text shows.
        known: Exceptions by key.
        now: The instant (UTC).
    """
    prefix = f"{UNREADABLE}{row.path}:"
    name = f"#{row.row_id}" if row.row_id is not None else f"#+{row.rank}" if row.rank else ""
    for key, exception in known.items() if row.row_id is not None else ():
        if key.startswith(prefix) and key.endswith(name):
            return exception
    named = f"{row.path.strip('/')[:-1]} {row.row_id}, " if row.row_id is not None else ""
    return ExceptionRow(
        f"{prefix}{row.after}{name}",
        "poison_payload",
        "error",
        f"One row of {row.path} cannot be read: {named}the one after {row.after} (Pacific), at position "
        f"{row.offset + 1} of the list from {row.start} on. All others were loaded; it is tried again in each "
        "cycle. Open and save that order in ShipStation, or ask its support.",
        now,
        shipstation_order_id=row.order_id,
        order_number=row.order_number,
    )


def unreadable_order(order_id: int, now: datetime) -> ExceptionRow:
    """Return the exception of an order that cannot be read when it is fetched by its id."""
    return ExceptionRow(
        f"{UNREADABLE}/orders/{order_id}",
        "poison_payload",
        "error",
        f"Order {order_id} cannot be read: ShipStation's answer to /orders/{order_id} is no JSON. "
        "It is tried again in each cycle. Open and save that order in ShipStation, or ask its support.",
        now,
        shipstation_order_id=order_id,
    )


def unreadable_id(finding_key: str) -> int | None:
    """Return the id in the key of an unreadable row's exception, None where it is unknown."""
    found = re.search(r"(?:#|/)(\d+)$", finding_key)
    return int(found[1]) if found else None


def row_without_id(table: str, payload: Payload, now: datetime) -> ExceptionRow:
    """Return the exception of a row without a usable id, which cannot be loaded."""
    digest = hashlib.blake2b(payload.body, digest_size=8).hexdigest()
    number = payload.get("orderNumber")
    return ExceptionRow(
        f"unidentified:{table}:{digest}",
        "unidentified_payload",
        "error",
        f"A row of {table} came without a usable id and was left out.",
        now,
        order_number=number if isinstance(number, str) else None,
    )


def mismatch_key(table: str, key: int) -> str:
    """Return the key of the exception that a comparison raises about one row."""
    return f"{MISMATCH}{table}:{key}"


def resolved_mismatches(still_open: Iterable[str], loaded: Mapping[str, Set[int]]) -> set[str]:
    """Return the keys of open mismatches whose rows were loaded since.

    Args:
        still_open: Keys of unresolved exceptions.
        loaded: Ids of the rows that were loaded, by table.
    """
    mismatches = {key for key in still_open if key.startswith(MISMATCH)}
    if not mismatches:
        return mismatches
    return mismatches & {mismatch_key(table, key) for table, keys in loaded.items() for key in keys}
