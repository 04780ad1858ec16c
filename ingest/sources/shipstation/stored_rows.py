"""The rows that the warehouse has already, queried through the pipeline's own connection."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from dlt.destinations.sql_client import SqlClientBase

from ingest.client.payload import decode_fields
from ingest.exceptions import ExceptionRow, open_exceptions
from ingest.pipeline import query, table_names
from ingest.sources.shipstation.awaited_orders import NamedOrder
from ingest.sources.shipstation.order_states import MISSING, OPEN_STATES, OrderState
from ingest.sources.shipstation.records import Record, RecordKind, Stored, absent_fields
from ingest.sources.shipstation.watermarks import BEGINNING, LISTS

# Rows of complete loads; those of one that was cut off are ignored.
COMPLETE = "_dlt_load_id in (select load_id from _dlt_loads where status = 0)"
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_ORDERS_NAMED = """
with named as (
    select order_id, first_seen_at, fetched_at from shipments where fetched_at > %s
    union all
    select order_id, first_seen_at, fetched_at from fulfillments where fetched_at > %s
)
select named.order_id, orders.order_id is not null, min(named.first_seen_at), max(named.fetched_at)
from named left join orders on named.order_id = orders.order_id
where named.order_id is not null
    and (orders.order_id is null or (orders.modify_date is null and named.fetched_at > orders.fetched_at))
group by all order by all
"""


class StoredRows:
    """Read access to the raw tables of one pipeline's dataset."""

    def __init__(self, client: SqlClientBase[Any]) -> None:
        """Take an open client; one for all queries, because dlt keeps the stack of whoever opens one."""
        self._client = client

    def known(self, kind: RecordKind, keys: Iterable[int]) -> dict[int, Stored]:
        """Return what is stored of the given ids; ids that are not stored are left out."""
        version = kind.version_column or "null"
        rows = self._rows(
            f"select {kind.key}, payload_hash, {version}, first_seen_at, arrived_by"
            f" from {kind.table} where {kind.key} in (select unnest(%s))",
            list(keys),
        )
        return {key: Stored(digest, ver, _utc(seen), by) for key, digest, ver, seen, by in rows}

    def keep_absent_fields(
        self, kind: RecordKind, records: Sequence[Record], known: dict[int, Stored]
    ) -> list[Record]:
        """Return records with `kept_fields` filled from the payloads they replace.

        A record with the same fields as the stored payload, only serialized differently, is left out.
        """
        keys = [record.key for record in records if record.key in known]
        if not keys:
            return list(records)
        earlier = self.effective_payloads(kind, keys)
        return [
            _with_kept(record, earlier.get(record.key))
            for record in records
            if record.key not in known
            or record.arrived_by != known[record.key].arrived_by
            or record.payload.fields != earlier.get(record.key)
        ]

    def effective_payloads(self, kind: RecordKind, keys: Iterable[int]) -> dict[int, dict[str, Any]]:
        """Return the stored payloads of the given ids, with the fields kept from earlier ones."""
        rows = self._rows(
            f"select {kind.key}, payload, kept_fields from {kind.table} where {kind.key} in (select unnest(%s))",
            list(keys),
        )
        return {key: effective_fields(payload, kept) for key, payload, kept in rows}

    def keys_between(self, kind: RecordKind, date_column: str, begin: str, end: str) -> list[int]:
        """Return the ids of stored rows whose date lies between two wall times, compared as ISO text."""
        rows = self._rows(
            f"select {kind.key} from {kind.table} where {date_column} > %s and {date_column} < %s order by 1",
            begin,
            end,
        )
        return [key for (key,) in rows]

    def date_of_newest(self, kind: RecordKind, date_column: str, rows: int) -> str | None:
        """Return the oldest date, as text, among this many rows with the newest dates."""
        found = self._rows(
            f"select min({date_column}) from"
            f" (select {date_column} from {kind.table} order by {date_column} desc nulls last limit %s)",
            rows,
        )
        return found[0][0] if found else None

    def read_watermarks(self) -> dict[str, datetime]:
        """Return the last watermark of each list, as UTC instants.

        Only complete loads are used: a load that was cut off never moves a watermark.
        """
        rows = self._rows(
            "select resource, arg_max_null(watermark_at, noted_at) from watermarks"
            f" where {COMPLETE} group by resource"
        )
        return {resource: _utc(at) for resource, at in rows if at is not None}

    def knows_beginning(self) -> bool:
        """Return whether every list was once read from its beginning; see `loaded_spans`."""
        rows = self._rows(
            f"select count(distinct list_name) from read_spans where from_at = %s and {COMPLETE}",
            BEGINNING,
        )
        return bool(rows) and rows[0][0] == len(LISTS)

    def open_exceptions(self) -> dict[str, ExceptionRow]:
        """Return the unresolved exceptions by key."""
        return open_exceptions(self._client)

    def order_states(self) -> dict[int, OrderState]:
        """Return the orders whose state still matters: empty ones, and those that ShipStation did not know."""
        rows = self._rows(
            "select order_id, state, since_at, checked_at from order_states where state in (select unnest(%s))",
            [*OPEN_STATES, MISSING],
        )
        return {key: OrderState(key, state, _utc(since), _utc(at)) for key, state, since, at in rows}

    def orders_named(self, since: datetime | None) -> list[NamedOrder]:
        """Return orders named by labels or fulfillments that are not stored, or have no modification date.

        Args:
            since: Only labels and fulfillments loaded after this instant (UTC); None for all of them, which takes
                a tenth of a second for a million rows.
        """
        rows = self._rows(_ORDERS_NAMED, *[since or _LONG_AGO] * 2)
        return [NamedOrder(key, is_here, _utc(first), _utc(last)) for key, is_here, first, last in rows]

    def last_fetched(self) -> dict[int, datetime]:
        """Return when (UTC) each order was last fetched by its id."""
        return {key: _utc(at) for key, at in self._rows("select order_id, looked_at from ghost_looks")}

    @cached_property
    def tables(self) -> frozenset[str]:
        """The raw tables that existed when this was first asked for."""
        return table_names(self._client)

    def _rows(self, sql: str, *args: Any) -> list[tuple[Any, ...]]:
        return query(self._client, sql, *args)


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


def effective_fields(payload: str, kept: str | None) -> dict[str, Any]:
    """Return the fields of a stored payload, with those kept from earlier ones."""
    body = decode_fields(payload)
    return _merge(decode_fields(kept), body) if kept else body


def _merge(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for name, value in over.items():
        below = merged.get(name)
        merged[name] = _merge(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged


def _with_kept(record: Record, earlier: dict[str, Any] | None) -> Record:
    kept = absent_fields(record.payload.fields, earlier) if earlier else None
    if not kept:
        return record
    return replace(record, kept_fields=kept)
