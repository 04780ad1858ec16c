"""The API's endpoints: lists, one order, reference lists and createorders."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.context import Context
from sandbox.createorders import MAX_ORDERS, create_orders
from sandbox.faults import error_body
from sandbox.query import InvalidParametersError, read_query
from sandbox.table import Record

Endpoint = Callable[[Request], Awaitable[Response]]


def build_api(context: Context) -> Starlette:
    """Return the API as an ASGI application."""
    reference = context.book.reference
    lists = {"/carriers": reference.carriers, "/stores": reference.stores}
    lists |= {"/warehouses": reference.warehouses, "/accounts/listtags": reference.tags}
    routes = [
        Route(f"/{name}", _list(context, name)) for name in ("orders", "shipments", "fulfillments", "products")
    ]
    routes += [Route(path, _constant(rows)) for path, rows in lists.items()]
    routes += [
        Route("/carriers/listservices", _services(context)),
        Route("/orders/createorders", _create(context), methods=["POST"]),
        Route("/orders/{order_id}", _one_order(context)),
    ]
    return Starlette(routes=routes, exception_handlers={404: _not_found, 500: _failed})


def json_response(content: object, status: int = 200) -> Response:
    """Return a JSON response."""
    return Response(orjson.dumps(content), status, media_type="application/json; charset=utf-8")


def _list(context: Context, name: str) -> Endpoint:
    resource = context.book.table(name).resource
    by_instant = context.settings.compare == "instants"

    async def endpoint(request: Request) -> Response:
        parameters = dict(request.query_params)
        try:
            query = read_query(resource, parameters, context.settings.bounds, by_instant)
        except InvalidParametersError as problem:
            return _bad_request(problem.model_state)
        records, total = context.book.page(name, query)
        if name == "orders" and any(record.id in context.faults.poison_order_ids for record in records):
            return json_response(error_body("Nullable object must have a value."), 500)
        pages = 0 if context.settings.pages_zero else -(-total // query.page_size)
        with_items = parameters.get("includeShipmentItems", "").lower() == "true"
        bodies = [record.payload if name != "shipments" or with_items else _bare(record) for record in records]
        tail = f'],"total":{total},"page":{query.page},"pages":{pages}}}'
        content = b"".join((f'{{"{name}":['.encode(), b",".join(bodies), tail.encode()))
        return Response(content, media_type="application/json; charset=utf-8")

    return endpoint


def _bare(record: Record) -> bytes:
    row = record.row()
    if row.get("shipmentItems") is None:
        return record.payload
    row["shipmentItems"] = None
    return orjson.dumps(row)


def _one_order(context: Context) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        text = request.path_params["order_id"]
        if not text.isascii() or not text.isdigit():
            return _bad_request({"orderId": [f"The value '{text}' is not valid for Int64."]})
        if int(text) in context.faults.poison_order_ids:
            return json_response(error_body("Nullable object must have a value."), 500)
        payload = context.book.payload("orders", int(text))
        if payload is None:
            return await _not_found(request, None)
        return Response(payload, media_type="application/json; charset=utf-8")

    return endpoint


def _constant(rows: list[Any]) -> Endpoint:
    async def endpoint(_request: Request) -> Response:
        return json_response(rows)

    return endpoint


def _services(context: Context) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        code = request.query_params.get("carrierCode")
        if not code:
            return _bad_request({"carrierCode": ["A value is required."]})
        return json_response(context.book.reference.services.get(code, []))

    return endpoint


def _create(context: Context) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        try:
            orders = orjson.loads(await request.body())
        except orjson.JSONDecodeError:
            return _bad_request({"orders": ["The body is not JSON."]})
        if not isinstance(orders, list) or not orders:
            return _bad_request({"orders": ["The body must be an array of orders."]})
        if len(orders) > MAX_ORDERS:
            return _bad_request({"orders": [f"At most {MAX_ORDERS} orders can be sent at once."]})
        return json_response(create_orders(context.book, orders, context.clock.now()))

    return endpoint


def _bad_request(model_state: dict[str, list[str]]) -> Response:
    return json_response({"Message": "The request is invalid.", "ModelState": model_state}, 400)


async def _not_found(request: Request, _error: Exception | None) -> Response:
    message = f"No HTTP resource was found that matches the request URI '{request.url.path}'."
    return json_response({"Message": message}, 404)


async def _failed(_request: Request, error: Exception) -> Response:
    return json_response(error_body(str(error)), 500)
