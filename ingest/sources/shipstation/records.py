"""From payloads to rows of the raw tables: new and changed payloads, unchanged in content.

ShipStation is read with an overlap, so most rows of a cycle are stored already. A payload is compared with the
stored one by its hash, and unchanged rows are not loaded again. A new payload does not replace:

- when and how the row was first seen (`first_seen_at`, `arrived_by`);
- fields that the stored payload has and the new one lacks (`kept_fields`): a missing field is not an empty one;
- the stored payload, when the new one is certainly older.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa

from ingest.client.pacific_time import earliest_instant, latest_instant, parse_wall
from ingest.client.payload import Fields, Payload, encode_json
from ingest.client.redaction import Keeps, hash_payload, keeps_of, redacted_payload

_MANUAL_NUMBER = re.compile("10[0-9]{4}")
# Longer ones are no BIGINT anyway.
_DIGITS = re.compile(r"\s*[+-]?[0-9]{1,40}\s*")


@dataclass(frozen=True)
class RecordKind:
    """How the rows of one list are stored.

    Attributes:
        table: The raw table.
        key: The key column; `key_field` is its field in the payload.
        texts: Column name to payload field, for text columns beside the payload.
        numbers: Likewise for integer columns.
        version_column: The text column with the modification date, None where the API has none.
    """

    table: str
    key: str
    key_field: str
    texts: Mapping[str, str]
    numbers: Mapping[str, str]
    version_column: str | None = None

    @property
    def schema(self) -> pa.Schema:
        """The raw table's columns, without the load id that dlt adds."""
        return pa.schema(
            [
                pa.field(self.key, pa.int64(), nullable=False),
                *(pa.field(name, pa.int64()) for name in self.numbers),
                *(pa.field(name, pa.string()) for name in self.texts),
                pa.field("payload", pa.string(), nullable=False),
                pa.field("kept_fields", pa.string()),
                pa.field("payload_hash", pa.string(), nullable=False),
                pa.field("first_seen_at", pa.timestamp("us", tz="UTC"), nullable=False),
                pa.field("fetched_at", pa.timestamp("us", tz="UTC"), nullable=False),
                pa.field("arrived_by", pa.string(), nullable=False),
            ]
        )


ORDERS = RecordKind(
    table="orders",
    key="order_id",
    key_field="orderId",
    numbers={},
    texts={
        "order_number": "orderNumber",
        "order_key": "orderKey",
        "order_status": "orderStatus",
        "create_date": "createDate",
        "modify_date": "modifyDate",
    },
    version_column="modify_date",
)
_LABEL_TEXTS = {
    "order_number": "orderNumber",
    "create_date": "createDate",
    "ship_date": "shipDate",
    "void_date": "voidDate",
}
SHIPMENTS = RecordKind("shipments", "shipment_id", "shipmentId", _LABEL_TEXTS, {"order_id": "orderId"})
FULFILLMENTS = RecordKind("fulfillments", "fulfillment_id", "fulfillmentId", _LABEL_TEXTS, {"order_id": "orderId"})


def merged_on_key(kind: RecordKind) -> dict[str, Any]:
    """Return a resource's settings: merged on ShipStation's id; within a load the row fetched last wins."""
    return {
        "primary_key": kind.key,
        "write_disposition": "merge",
        "columns": {
            "payload": {"data_type": "json"},
            "kept_fields": {"data_type": "json"},
            "fetched_at": {"dedup_sort": "desc"},
        },
    }


@dataclass(frozen=True)
class Stored:
    """The stored version of a row."""

    payload_hash: str
    version: str | None
    first_seen_at: datetime
    arrived_by: str

    @property
    def keeps(self) -> Keeps | None:
        """How much of the payload was kept when it was redacted; None when it was not."""
        return keeps_of(self.payload_hash)


@dataclass(frozen=True)
class Record:
    """A payload to load."""

    key: int
    payload: Payload
    payload_hash: str
    kept_fields: dict[str, Any] | None
    first_seen_at: datetime
    arrived_by: str


def read_key(kind: RecordKind, payload: Payload) -> int | None:
    """Return the row's id, None when it has none."""
    return whole_number(payload.get(kind.key_field))


def is_manual(order: Fields) -> bool:
    """Return whether an order was typed into ShipStation, by its number; the models have the same rule.

    Orders with such a number are never uploaded.
    """
    return _MANUAL_NUMBER.fullmatch(str(order.get("orderNumber") or "").strip()) is not None


def newest_of_each(kind: RecordKind, payloads: Iterable[Payload]) -> dict[int, Payload]:
    """Return for each id the payload modified last; among equals the last one."""
    newest: dict[int, Payload] = {}
    for payload in payloads:
        key = read_key(kind, payload)
        if key is None:
            continue
        known = newest.get(key)
        if known is None or not is_certainly_older(_version(kind, payload), _version(kind, known)):
            newest[key] = payload
    return newest


def changed_records(
    kind: RecordKind,
    payloads: Mapping[int, Payload],
    stored: Mapping[int, Stored],
    *,
    arrived_by: str,
    now: datetime,
) -> list[Record]:
    """Return the fetched payloads that are new or differ from the stored ones.

    Args:
        kind: The list's kind.
        payloads: Fetched payloads by id.
        stored: The stored versions of these ids.
        arrived_by: `sync` or `backfill`. A row that a backfill has loaded stays marked so.
        now: The instant of fetching (UTC).

    Returns:
        Records to load, without `kept_fields`. The payload of a row that was redacted, and was not modified since,
        is redacted again.
    """
    records = []
    for key, fetched in payloads.items():
        known = stored.get(key)
        keeps = _still_keeps(kind, fetched, known)
        payload = redacted_payload(kind.table, fetched, keeps) if keeps else fetched
        digest = hash_payload(payload.body, keeps)
        if known is None:
            records.append(Record(key, payload, digest, None, now, arrived_by))
            continue
        by = "backfill" if "backfill" in (known.arrived_by, arrived_by) else arrived_by
        if digest == known.payload_hash and by == known.arrived_by:
            continue
        if is_certainly_older(_version(kind, payload), known.version):
            continue
        records.append(Record(key, payload, digest, None, known.first_seen_at, by))
    return records


def _still_keeps(kind: RecordKind, payload: Payload, known: Stored | None) -> Keeps | None:
    """Return how much of a fetched payload is kept; None for all of it, as of a row that was modified since."""
    if known is None or known.keeps is None or is_certainly_older(known.version, _version(kind, payload)):
        return None
    return known.keeps


def is_certainly_older(incoming: str | None, known: str | None) -> bool:
    """Return whether a payload is older than the known one, even in the hour that clocks repeat in autumn.

    Args:
        incoming: Modification date of the fetched payload, Pacific wall time as text.
        known: Modification date of the stored payload.
    """
    a, b = parse_wall(incoming), parse_wall(known)
    return a is not None and b is not None and latest_instant(a) < earliest_instant(b)


def absent_fields(payload: dict[str, Any], earlier: dict[str, Any]) -> dict[str, Any]:
    """Return fields of an earlier payload that a newer one lacks, also in nested objects, but not in lists."""
    kept: dict[str, Any] = {}
    for name, value in earlier.items():
        if name not in payload:
            kept[name] = value
        elif isinstance(value, dict) and isinstance(payload[name], dict):
            inner = absent_fields(payload[name], value)
            if inner:
                kept[name] = inner
    return kept


def to_table(kind: RecordKind, records: list[Record], fetched_at: datetime) -> pa.Table:
    """Return records as an Arrow table in the raw table's schema."""
    columns: dict[str, list[Any]] = {kind.key: [record.key for record in records]}
    for name, source in kind.numbers.items():
        columns[name] = [whole_number(record.payload.get(source)) for record in records]
    for name, source in kind.texts.items():
        columns[name] = [_text(record.payload.get(source)) for record in records]
    columns["payload"] = [record.payload.body.decode() for record in records]
    columns["kept_fields"] = [
        encode_json(record.kept_fields).decode() if record.kept_fields else None for record in records
    ]
    columns["payload_hash"] = [record.payload_hash for record in records]
    columns["first_seen_at"] = [record.first_seen_at for record in records]
    columns["fetched_at"] = [fetched_at] * len(records)
    columns["arrived_by"] = [record.arrived_by for record in records]
    return pa.table(columns, schema=kind.schema)


def _version(kind: RecordKind, payload: Payload) -> str | None:
    return _text(payload.get(kind.texts[kind.version_column])) if kind.version_column else None


def whole_number(value: object) -> int | None:
    """Return a value as a BIGINT, None if it is none."""
    if isinstance(value, str):
        # Python would also read `1_0`, and the digits of any script.
        if not _DIGITS.fullmatch(value):
            return None
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if -(2**63) <= value < 2**63 else None


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return encode_json(value).decode()
