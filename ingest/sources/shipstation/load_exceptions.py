"""What ingest itself notices and a person should know: rows that become exceptions."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, replace
from datetime import datetime

import pyarrow as pa

from ingest.client.payload import Payload
from ingest.client.unreadable_rows import Poison

SCHEMA = pa.schema(
    [
        pa.field("finding_key", pa.string(), nullable=False),
        pa.field("exception_type", pa.string(), nullable=False),
        pa.field("severity", pa.string(), nullable=False),
        pa.field("shipstation_order_id", pa.int64()),
        pa.field("order_number", pa.string()),
        pa.field("detail", pa.string(), nullable=False),
        pa.field("first_seen_at", pa.timestamp("us", tz="UTC"), nullable=False),
        pa.field("resolved_at", pa.timestamp("us", tz="UTC")),
    ]
)
WATERMARK = "watermark:"
POISON = "poison:"
MISMATCH = "mismatch:"


@dataclass(frozen=True)
class Finding:
    """One thing a person should know. The key names its cause: the same cause is one finding."""

    finding_key: str
    exception_type: str
    severity: str
    detail: str
    first_seen_at: datetime
    shipstation_order_id: int | None = None
    order_number: str | None = None
    resolved_at: datetime | None = None


def watermark_fallback(resource: str, reason: str, days: int, now: datetime) -> Finding:
    """The watermark of a list could not be used, so the last `days` days are read again."""
    return Finding(
        f"{WATERMARK}{resource}:{reason}",
        "watermark_fallback",
        "warning",
        f"The watermark of {resource} is {reason}; the last {days} days were read again. "
        "Older changes may be missing: run `backfill --since` over the time before.",
        now,
    )


def poison_payload(row: Poison, known: Mapping[str, Finding], now: datetime) -> Finding:
    """A row that cannot be read: the finding made of it before, wherever in its list it was then, or a new one.

    Args:
        row: What is known of it.
        known: Findings by key.
        now: The instant (UTC).
    """
    prefix = f"{POISON}{row.path}:"
    name = f"#{row.row_id}" if row.row_id is not None else f"#+{row.rank}" if row.rank else ""
    for key, finding in known.items() if row.row_id is not None else ():
        if key.startswith(prefix) and key.endswith(name):
            return finding
    named = f"{row.path.strip('/')[:-1]} {row.row_id}, " if row.row_id is not None else ""
    return Finding(
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


def poison_order(order_id: int, now: datetime) -> Finding:
    """An order that cannot be read when it is asked for by its id."""
    return Finding(
        f"{POISON}/orders/{order_id}",
        "poison_payload",
        "error",
        f"Order {order_id} cannot be read: ShipStation's answer to /orders/{order_id} is no JSON. "
        "It is tried again in each cycle. Open and save that order in ShipStation, or ask its support.",
        now,
        shipstation_order_id=order_id,
    )


def poisoned_id(finding_key: str) -> int | None:
    """The id of the row that a finding of a row that cannot be read is about, where it is known."""
    found = re.search(r"(?:#|/)(\d+)$", finding_key)
    return int(found[1]) if found else None


def unidentified_payload(table: str, payload: Payload, now: datetime) -> Finding:
    """A row without a usable id: it cannot be kept, and must not pass in silence."""
    digest = hashlib.blake2b(payload.body, digest_size=8).hexdigest()
    number = payload.get("orderNumber")
    return Finding(
        f"unidentified:{table}:{digest}",
        "unidentified_payload",
        "error",
        f"A row of {table} came without a usable id and was left out.",
        now,
        order_number=number if isinstance(number, str) else None,
    )


def mismatch_key(table: str, key: int) -> str:
    """The key of a finding that a comparison makes about one row."""
    return f"{MISMATCH}{table}:{key}"


def mismatches_settled(still_open: Iterable[str], brought: Mapping[str, Set[int]]) -> set[str]:
    """Of the keys of open findings, those of comparisons whose rows a load has brought since.

    Args:
        still_open: Keys of unresolved findings.
        brought: Ids of the rows that came, by table.
    """
    mismatches = {key for key in still_open if key.startswith(MISMATCH)}
    if not mismatches:
        return mismatches
    return mismatches & {mismatch_key(table, key) for table, keys in brought.items() for key in keys}


def to_load(
    noticed: Iterable[Finding],
    still_open: dict[str, Finding],
    expires: Iterable[str],
    now: datetime,
    settled: Set[str] = frozenset(),
) -> list[Finding]:
    """The rows to write: what is new, and what was open and is right now or was not noticed again.

    Args:
        noticed: What this cycle noticed.
        still_open: Unresolved findings of the warehouse by key.
        expires: Key prefixes that this cycle checked in full.
        now: The instant (UTC) of the cycle.
        settled: Keys of findings that are right now.
    """
    current = {finding.finding_key: finding for finding in noticed}
    new = [finding for key, finding in current.items() if key not in still_open]
    gone = [
        replace(finding, resolved_at=now)
        for key, finding in still_open.items()
        if key not in current and (key in settled or key.startswith(tuple(expires)))
    ]
    return new + gone


def to_table(findings: list[Finding]) -> pa.Table:
    """Findings as an Arrow table in the raw table's schema."""
    return pa.table(
        {name: [getattr(finding, name) for finding in findings] for name in SCHEMA.names}, schema=SCHEMA
    )
