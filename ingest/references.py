"""Carriers, their services, and stores: short lists, read whole once a day."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import dlt
import orjson
import pyarrow as pa

from ingest.client import Client
from ingest.errors import NotFound, UnexpectedAnswer

Payload = dict[str, Any]
_CARRIERS = pa.schema(
    [
        ("carrier_key", pa.string()),
        ("code", pa.string()),
        ("shipping_provider_id", pa.int64()),
        ("payload", pa.string()),
    ]
)
_SERVICES = pa.schema(
    [
        ("service_key", pa.string()),
        ("carrier_code", pa.string()),
        ("code", pa.string()),
        ("payload", pa.string()),
    ]
)
_STORES = pa.schema([("store_id", pa.int64()), ("payload", pa.string())])


def resources(client: Client, *, due: bool) -> Iterator[Any]:
    """The three resources; when they are not due they only make sure that their tables exist."""
    carriers: list[Payload] = []

    def read_carriers() -> Iterable[Payload]:
        carriers.extend(_bare_list(client, "/carriers"))
        return carriers

    def read_services() -> Iterable[Payload]:
        for code in dict.fromkeys(str(carrier.get("code")) for carrier in carriers):
            yield from _services_of(client, code)

    yield _resource("carriers", "carrier_key", _CARRIERS, read_carriers, _carrier_row, due)
    yield _resource("services", "service_key", _SERVICES, read_services, _service_row, due)
    yield _resource("stores", "store_id", _STORES, lambda: _bare_list(client, "/stores"), _store_row, due)


def _resource(
    name: str,
    key: str,
    schema: pa.Schema,
    read: Callable[[], Iterable[Payload]],
    to_row: Callable[[Payload], dict[str, Any] | None],
    due: bool,
) -> Any:
    def rows() -> Iterator[pa.Table]:
        found = [row for payload in read() if (row := to_row(payload))] if due else []
        yield pa.Table.from_pylist(found, schema=schema)

    return dlt.resource(
        rows,
        name=name,
        primary_key=key,
        write_disposition="merge",
        columns={"payload": {"data_type": "json"}},
    )


def _bare_list(client: Client, path: str, params: dict[str, str | int] | None = None) -> list[Payload]:
    answer = client.get(path, params)
    if not isinstance(answer, list):
        raise UnexpectedAnswer(f"ShipStation's answer to {path} is not a list.")
    return [row for row in answer if isinstance(row, dict)]


def _services_of(client: Client, carrier_code: str) -> list[Payload]:
    try:
        return _bare_list(client, "/carriers/listservices", {"carrierCode": carrier_code})
    except NotFound:
        return []


def _carrier_row(payload: Payload) -> dict[str, Any] | None:
    provider = payload.get("shippingProviderId")
    provider = provider if isinstance(provider, int) else None
    code = payload.get("code")
    if provider is None and code is None:
        return None
    # Two accounts may share one code: the provider's id is what tells them apart.
    key = str(provider) if provider is not None else f"code:{code}"
    return {"carrier_key": key, "code": code, "shipping_provider_id": provider, "payload": _body(payload)}


def _service_row(payload: Payload) -> dict[str, Any] | None:
    carrier, code = payload.get("carrierCode"), payload.get("code")
    if carrier is None or code is None:
        return None
    return {
        "service_key": f"{carrier}|{code}",
        "carrier_code": carrier,
        "code": code,
        "payload": _body(payload),
    }


def _store_row(payload: Payload) -> dict[str, Any] | None:
    store = payload.get("storeId")
    return {"store_id": store, "payload": _body(payload)} if isinstance(store, int) else None


def _body(payload: Payload) -> str:
    return orjson.dumps(payload, option=orjson.OPT_SORT_KEYS).decode()
