"""The checks around the API: request log, hook, credentials, rate limit, faults and headers."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hmac
from urllib.parse import parse_qsl

from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.context import Context
from sandbox.faults import GATEWAY_PAGE, Fault

_LOOPBACK = {"127.0.0.1", "::1"}
_DRIP_PIECES = 10


class Gate:
    """The ASGI application of a sandbox: the API behind its checks, and the control paths beside it."""

    def __init__(self, api: ASGIApp, control: ASGIApp, context: Context) -> None:
        """Guard `api`; send `/_sandbox/` paths to `control`, for callers on this machine only."""
        self._api = api
        self._control = control
        self._context = context

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["path"].startswith("/_sandbox/"):
            client = scope.get("client")
            local = client is not None and client[0] in _LOOPBACK
            await (self._control if local else Response(status_code=403))(scope, receive, send)
            return
        context = self._context
        query = dict(parse_qsl(scope["query_string"].decode("latin-1")))
        entry = context.log.add(context.clock.now(), scope["method"], scope["path"], query)
        if context.on_request is not None:
            context.on_request(entry.number)
        user, password = _credentials(scope)
        verdict = context.limiter.count(user)
        extra = [*verdict.headers(), (b"date", context.clock.http_date().encode())]

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                entry.status = message["status"]
                given = {name for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(pair for pair in extra if pair[0] not in given)]
            await send(message)

        if context.settings.latency_ms:
            await self._wait(context.settings.latency_ms / 1000)
        if not _same(user, context.settings.key) or not _same(password, context.settings.secret):
            await Response(status_code=401)(scope, receive, answer)
        elif not verdict.allowed:
            await JSONResponse({"message": "Too Many Requests"}, 429)(scope, receive, answer)
        else:
            fault = context.faults.match(scope["method"], scope["path"], query)
            if fault is None:
                await self._api(scope, receive, answer)
            else:
                await self._inject(fault, scope, receive, answer)

    async def _inject(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        if fault.kind == "status":
            content, is_text = fault.content()
            headers = {"x-rate-limit-remaining": "0", "x-rate-limit-reset": str(fault.reset_seconds)}
            response: Response
            if is_text:
                response = Response(content, fault.status, media_type="text/html" if content else None)
            else:
                response = JSONResponse(content, fault.status)
            if fault.status == 429:
                response.headers.update(headers)
            await response(scope, receive, send)
        elif fault.kind == "not_json":
            page = GATEWAY_PAGE.format("Scheduled maintenance")
            await Response(page, media_type="text/html")(scope, receive, send)
        elif fault.kind == "delay":
            await self._wait(fault.seconds)
            await self._api(scope, receive, send)
        else:
            await self._damage(fault, scope, receive, send)

    async def _damage(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        start, body = await _collect(self._api, scope, receive)
        half = body[: len(body) // 2]
        if fault.kind == "truncated_json":
            length = (b"content-length", str(len(half)).encode())
            start["headers"] = [pair for pair in start["headers"] if pair[0] != b"content-length"] + [length]
            await send(start)
            await send({"type": "http.response.body", "body": half})
        elif fault.kind == "cut":
            await send(start)
            # The announced length is never reached: the server closes the connection when this returns.
            await send({"type": "http.response.body", "body": half, "more_body": True})
        else:
            await send(start)
            size = len(body) // _DRIP_PIECES + 1
            for position in range(0, len(body), size):
                await self._wait(fault.seconds / _DRIP_PIECES)
                piece = body[position : position + size]
                more = position + size < len(body)
                await send({"type": "http.response.body", "body": piece, "more_body": more})

    async def _wait(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while (left := end - loop.time()) > 0 and not self._context.stopping.is_set():
            await asyncio.sleep(min(left, 0.05))


async def _collect(app: ASGIApp, scope: Scope, receive: Receive) -> tuple[Message, bytes]:
    messages: list[Message] = []

    async def keep(message: Message) -> None:
        messages.append(message)

    await app(scope, receive, keep)
    return messages[0], b"".join(message.get("body", b"") for message in messages[1:])


def _credentials(scope: Scope) -> tuple[str, str]:
    for name, value in scope["headers"]:
        if name == b"authorization" and value[:6].lower() == b"basic ":
            try:
                user, _, password = base64.b64decode(value[6:]).decode().partition(":")
            except (binascii.Error, UnicodeDecodeError):
                return "", ""
            return user, password
    return "", ""


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())
