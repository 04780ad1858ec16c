"""What ingest itself notices and a person should know: rows that become exceptions."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, replace
from datetime import datetime

import pyarrow as pa

from ingest.payload import Payload

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


def poison_payload(path: str, after: str, offset: int, now: datetime) -> Finding:
    """A row that makes ShipStation answer every page it is in with a server error."""
    return Finding(
        f"{POISON}{path}:{after}",
        "poison_payload",
        "error",
        f"ShipStation cannot deliver one row of {path}: the one after {after} (Pacific), at position "
        f"{offset + 1} of its list. All others were loaded; it is tried again in each cycle. "
        "Open and save that order in ShipStation, or ask its support.",
        now,
    )


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
