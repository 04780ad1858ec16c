"""Reference lists: carriers, their services, and stores. They are short, and read completely once a day.

They only have names, so they hold up no load: when a list cannot be read, the stored names stay, and the next
cycle reads it again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

import dlt
import orjson
import pyarrow as pa

from ingest.client.http import Client
from ingest.errors import IngestError, NotFound, UnexpectedAnswer
from ingest.sources.shipstation.records import whole_number

log = logging.getLogger(__name__)

_ATTEMPTS = 2
# The time limit for one list, because orders are in the same load.
_SECONDS = 15.0

Payload = dict[str, Any]
Read = Callable[[], Iterable[Payload]]
ToRow = Callable[[Payload], dict[str, Any] | None]
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


def resources(client: Client, *, due: bool = True, problems: list[str] | None = None) -> Iterator[Any]:
    """Yield the three resources; when they are not due they only create missing tables.

    Args:
        client: The API client.
        due: Whether to read them.
        problems: Filled while reading, with a sentence for each list that could not be read.
    """
    carriers: list[Payload] = []

    def read_carriers() -> Iterable[Payload]:
        carriers.extend(_bare_list(client, "/carriers"))
        return carriers

    def read_stores() -> Iterable[Payload]:
        return _bare_list(client, "/stores")

    def rows(name: str, read: Read, to_row: ToRow) -> list[dict[str, Any]]:
        received, found = 0, []
        try:
            with client.hurried(_SECONDS):
                for payload in read():
                    received += 1
                    found += [row for row in [to_row(payload)] if row]
                if received and not found:
                    raise UnexpectedAnswer(f"ShipStation's list of {name} has no row that names one.")
        except IngestError as problem:
            log.warning("the stored %s are kept: %s", name, problem)
            if problems is not None:
                problems.append(str(problem))
        return found

    for name, key, schema, read, to_row in (
        ("carriers", "carrier_key", _CARRIERS, read_carriers, _carrier_row),
        ("services", "service_key", _SERVICES, lambda: _services_of(client, carriers), _service_row),
        ("stores", "store_id", _STORES, read_stores, _store_row),
    ):
        yield _resource(name, key, schema, partial(rows, name, read, to_row) if due else list)


def _resource(name: str, key: str, schema: pa.Schema, read: Callable[[], list[dict[str, Any]]]) -> Any:
    def rows() -> Iterator[pa.Table]:
        yield pa.Table.from_pylist(read(), schema=schema)

    return dlt.resource(
        rows,
        name=name,
        primary_key=key,
        write_disposition="merge",
        columns={"payload": {"data_type": "json"}},
    )


def _bare_list(client: Client, path: str, params: dict[str, str | int] | None = None) -> list[Payload]:
    answer = client.get(path, params, attempts=_ATTEMPTS)
    rows = [row for row in answer if isinstance(row, dict)] if isinstance(answer, list) else None
    if rows is None or (answer and not rows):
        raise UnexpectedAnswer(f"ShipStation's answer to {path} is not a list of objects.")
    return rows


def _services_of(client: Client, carriers: Iterable[Payload]) -> Iterator[Payload]:
    """Yield the services of all carriers; a carrier without services may be a 404, but not all of them."""
    codes = {code for carrier in carriers if (code := _code(carrier.get("code"))) is not None}
    missing: list[NotFound] = []
    for code in sorted(codes):
        try:
            yield from _bare_list(client, "/carriers/listservices", {"carrierCode": code})
        except NotFound as problem:
            missing.append(problem)
    if missing and len(missing) == len(codes):
        raise missing[0]


def _carrier_row(payload: Payload) -> dict[str, Any] | None:
    provider, code = _id(payload.get("shippingProviderId")), _code(payload.get("code"))
    if provider is None and code is None:
        return None
    # Two accounts may share one code: the provider's id distinguishes them.
    key = str(provider) if provider is not None else f"code:{code}"
    return {"carrier_key": key, "code": code, "shipping_provider_id": provider, "payload": _body(payload)}


def _service_row(payload: Payload) -> dict[str, Any] | None:
    carrier, code = _code(payload.get("carrierCode")), _code(payload.get("code"))
    if carrier is None or code is None:
        return None
    return {
        "service_key": f"{carrier}|{code}",
        "carrier_code": carrier,
        "code": code,
        "payload": _body(payload),
    }


def _store_row(payload: Payload) -> dict[str, Any] | None:
    store = _id(payload.get("storeId"))
    return {"store_id": store, "payload": _body(payload)} if store is not None else None


def _id(value: object) -> int | None:
    return whole_number(value) if isinstance(value, int) else None


def _code(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _body(payload: Payload) -> str:
    return orjson.dumps(payload, option=orjson.OPT_SORT_KEYS).decode()
