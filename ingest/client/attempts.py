"""The result of one attempt at a request: final or retried, after how long, and the reason as text."""

from __future__ import annotations

import random

import requests

from ingest.errors import ApiRefused, CredentialsRejected, NotFound

_FIRST_BACKOFF_SECONDS = 0.5
_LONGEST_BACKOFF_SECONDS = 15.0


class Transient(Exception):
    """An attempt failed in a way that another attempt may not.

    Attributes:
        status: The answer's status; 0 without an answer.
        body: A complete body that cannot be parsed.
    """

    def __init__(self, reason: str, status: int = 0, body: bytes = b"") -> None:
        super().__init__(reason)
        self.status = status
        self.body = body


def raise_for_status(status: int, path: str) -> None:
    """Raise the error of a status other than 200: `Transient` where another attempt may help."""
    if status == 200:
        return
    if status in (401, 403):
        raise CredentialsRejected(f"ShipStation rejected the credentials (HTTP {status}).")
    if status == 404:
        raise NotFound(f"ShipStation does not know {path} (HTTP 404).")
    if status == 429 or status >= 500:
        raise Transient(f"HTTP {status}", status)
    raise ApiRefused(f"ShipStation refused {path} (HTTP {status}).")


def is_complete(body: bytes) -> bool:
    """Return whether an unparsable body begins and ends like JSON: it is no web page, and was not cut off."""
    return body.strip()[:1] + body.strip()[-1:] in (b"{}", b"[]")


def backoff(attempt: int) -> float:
    """Return the seconds before the next attempt: doubling, with jitter on the upper half."""
    ceiling = min(_FIRST_BACKOFF_SECONDS * 2.0 ** (attempt - 1), _LONGEST_BACKOFF_SECONDS)
    return ceiling * random.uniform(0.5, 1.0)


def plain_reason(problem: requests.RequestException) -> str:
    """Return a short reason without the URL's query, which may contain an order number."""
    if isinstance(problem, requests.ConnectTimeout):
        return "no connection in time"
    if isinstance(problem, requests.Timeout):
        return "no answer in time"
    if isinstance(problem, requests.ConnectionError):
        return "no connection"
    return type(problem).__name__
