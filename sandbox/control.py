"""The control paths under `/_sandbox/`: rows, log, faults, clock and trading, for tests and demos."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.api import json_response
from sandbox.context import Context
from sandbox.faults import read_fault

Endpoint = Callable[[Request], Awaitable[Response]]


def build_control(context: Context) -> Starlette:
    """Return the control paths as an ASGI application; errors are answered with 400 and a message."""
    controls = _Controls(context)
    prefix = "/_sandbox"
    return Starlette(
        routes=[
            Route(f"{prefix}/rows/{{name}}", controls.put_rows, methods=["POST", "PUT"]),
            Route(f"{prefix}/rows/{{name}}/{{row_id:int}}", controls.delete_row, methods=["DELETE"]),
            Route(f"{prefix}/requests", controls.requests, methods=["GET"]),
            Route(f"{prefix}/requests", controls.reset_requests, methods=["DELETE"]),
            Route(f"{prefix}/faults", controls.faults, methods=["GET"]),
            Route(f"{prefix}/faults", controls.add_faults, methods=["POST"]),
            Route(f"{prefix}/faults", controls.clear_faults, methods=["DELETE"]),
            Route(f"{prefix}/clock", controls.clock, methods=["GET", "POST"]),
            Route(f"{prefix}/trade", controls.trade, methods=["POST"]),
            Route(f"{prefix}/receipts", controls.receipts),
            Route(f"{prefix}/counts", controls.counts),
        ],
        exception_handlers={ValueError: _refused, KeyError: _refused, RuntimeError: _refused},
    )


class _Controls:
    def __init__(self, context: Context) -> None:
        self._context = context

    async def put_rows(self, request: Request) -> Response:
        body = orjson.loads(await request.body())
        rows = body if isinstance(body, list) else [body]
        second_pass = request.query_params.getlist("second_pass")
        for row in rows:
            self._context.book.put(request.path_params["name"], row, second_pass)
        return json_response({"stored": len(rows)})

    async def delete_row(self, request: Request) -> Response:
        name, row_id = request.path_params["name"], request.path_params["row_id"]
        return json_response({"deleted": self._context.book.delete(name, row_id)})

    async def requests(self, _request: Request) -> Response:
        return json_response({"requests": [asdict(entry) for entry in self._context.log.entries()]})

    async def reset_requests(self, _request: Request) -> Response:
        self._context.log.reset()
        return json_response({"requests": []})

    async def faults(self, _request: Request) -> Response:
        return json_response(self._faults())

    async def add_faults(self, request: Request) -> Response:
        body = orjson.loads(await request.body())
        values: Any = body if isinstance(body, list) else [body]
        for value in values:
            if "poison_order_ids" in value:
                self._context.faults.poison_order_ids.update(value["poison_order_ids"])
            else:
                self._context.faults.add(read_fault(value))
        return json_response(self._faults())

    async def clear_faults(self, _request: Request) -> Response:
        self._context.faults.clear()
        return json_response(self._faults())

    async def clock(self, request: Request) -> Response:
        clock = self._context.clock
        if "advance_seconds" in request.query_params:
            clock.advance(float(request.query_params["advance_seconds"]))
        if "skew_seconds" in request.query_params:
            clock.set_skew(float(request.query_params["skew_seconds"]))
        return json_response({"now": clock.now()})

    async def trade(self, request: Request) -> Response:
        self._context.book.trade(int(request.query_params.get("steps", "1")))
        return json_response(self._context.book.counts())

    async def receipts(self, _request: Request) -> Response:
        return json_response({"receipts": self._context.book.receipts})

    async def counts(self, _request: Request) -> Response:
        return json_response(self._context.book.counts())

    def _faults(self) -> dict[str, Any]:
        board = self._context.faults
        return {
            "faults": [asdict(rule) for rule in board.rules()],
            "poison_order_ids": sorted(board.poison_order_ids),
        }


async def _refused(_request: Request, error: Exception) -> Response:
    return json_response({"message": str(error.args[0] if error.args else error)}, 400)
