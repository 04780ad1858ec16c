"""Injected faults: which requests fail, how, and how often."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast, get_args

FaultKind = Literal["status", "delay", "cut", "truncated_json", "not_json", "drip"]

GATEWAY_PAGE = "<html><head><title>{0}</title></head><body><h1>{0}</h1><hr>gateway</body></html>"
_REASONS = {502: "502 Bad Gateway", 503: "503 Service Unavailable", 504: "504 Gateway Time-out"}


@dataclass
class Fault:
    """A rule: requests that match it fail in its way.

    Attributes:
        path: Prefix of the path.
        kind: `status` answers with a status code; `delay` answers late; `cut` closes the connection in the
            middle of the body; `truncated_json` sends half the JSON as if it were all; `not_json` sends a
            page of HTML with 200; `drip` sends the body slowly.
        status: The status code of `status`.
        body: Body of `status`: text (HTML), or JSON; by default what ShipStation or a gateway would send.
        seconds: How long `delay` and `drip` take in all.
        reset_seconds: `X-Rate-Limit-Reset` of a 429.
        query: Parameters the request must carry with exactly these values.
        method: HTTP method the request must have; any when empty.
        times: How many requests fail; None for all.
        after: How many matching requests succeed first.
    """

    path: str
    kind: FaultKind = "status"
    status: int = 500
    body: Any = None
    seconds: float = 0.0
    reset_seconds: int = 1
    query: Mapping[str, str] = field(default_factory=dict)
    method: str = ""
    times: int | None = None
    after: int = 0

    def __post_init__(self) -> None:
        """Refuse kinds that do not exist."""
        if self.kind not in get_args(FaultKind):
            raise ValueError(f"A fault's kind is one of {', '.join(get_args(FaultKind))}, not {self.kind!r}.")

    def content(self) -> tuple[str | Any, bool]:
        """Return the body of a `status` fault, and whether it is text (HTML) rather than JSON."""
        if self.body is not None:
            return self.body, isinstance(self.body, str)
        if self.status in _REASONS:
            return GATEWAY_PAGE.format(_REASONS[self.status]), True
        if self.status == 401:
            return "", True
        if self.status == 429:
            return {"message": "Too Many Requests"}, False
        if self.status == 403:
            return {"Message": "Authorization has been denied for this request."}, False
        return error_body(), False


def error_body(exception: str = "Object reference not set to an instance of an object.") -> dict[str, str]:
    """Return the body of ShipStation's 500."""
    return {
        "Message": "An error has occurred.",
        "ExceptionMessage": exception,
        "ExceptionType": "System.NullReferenceException",
        "StackTrace": "   at ShipStation.Api.Controllers.OrdersController.GetOrders()",
    }


class FaultBoard:
    """The active faults, and the orders that make every page fail that contains them; thread-safe."""

    def __init__(self) -> None:
        """Create an empty board."""
        self._lock = threading.Lock()
        self._rules: list[Fault] = []
        self._seen: list[int] = []
        self.poison_order_ids: set[int] = set()

    def add(self, fault: Fault) -> None:
        """Add a fault after the active ones."""
        with self._lock:
            self._rules.append(fault)
            self._seen.append(0)

    def clear(self) -> None:
        """Remove all faults and poisoned orders."""
        with self._lock:
            self._rules.clear()
            self._seen.clear()
            self.poison_order_ids.clear()

    def rules(self) -> list[Fault]:
        """Return all faults, used up or not."""
        with self._lock:
            return list(self._rules)

    def match(self, method: str, path: str, query: Mapping[str, str]) -> Fault | None:
        """Return the first active fault that matches a request, and count the request."""
        with self._lock:
            for number, fault in enumerate(self._rules):
                if not _concerns(fault, method, path, query):
                    continue
                self._seen[number] += 1
                turn = self._seen[number] - fault.after
                if turn >= 1 and (fault.times is None or turn <= fault.times):
                    return fault
        return None


def read_fault(values: Mapping[str, Any]) -> Fault:
    """Return a fault from its attributes as JSON; ValueError for unknown names and kinds."""
    unknown = sorted(set(values) - set(Fault.__dataclass_fields__))
    if unknown or "path" not in values:
        raise ValueError(f"A fault needs a path and knows no {', '.join(unknown) or 'other field'}.")
    return Fault(**cast(dict[str, Any], dict(values)))


def _concerns(fault: Fault, method: str, path: str, query: Mapping[str, str]) -> bool:
    return (
        path.startswith(fault.path)
        and fault.method.upper() in ("", method)
        and all(query.get(name) == value for name, value in fault.query.items())
    )
