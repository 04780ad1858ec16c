"""One attempt at a request: whether it failed for good or may be repeated, after how long, and in what words."""

from __future__ import annotations

import random

import requests

from ingest.errors import ApiRefused, CredentialsRejected, NotFound

_FIRST_BACKOFF_SECONDS = 0.5
_LONGEST_BACKOFF_SECONDS = 15.0


class Transient(Exception):
    """An attempt failed in a way that may pass: worth another one.

    Attributes:
        status: The answer's; 0 when none came.
        body: A body that arrived in full and cannot be parsed.
    """

    def __init__(self, reason: str, status: int = 0, body: bytes = b"") -> None:
        super().__init__(reason)
        self.status = status
        self.body = body


def raise_for_status(status: int, path: str) -> None:
    """Nothing for a 200; else the error that a status means, `Transient` where another attempt may help."""
    if status == 200:
        return
    if status in (401, 403):
        raise CredentialsRejected(
            f"ShipStation rejected the credentials (HTTP {status}). "
            "Check SHIPSTATION_API_KEY and SHIPSTATION_API_SECRET."
        )
    if status == 404:
        raise NotFound(f"ShipStation does not know {path} (HTTP 404).")
    if status == 429 or status >= 500:
        raise Transient(f"HTTP {status}", status)
    raise ApiRefused(f"ShipStation refused {path} (HTTP {status}). Check SHIPSTATION_BASE_URL.")


def is_complete(body: bytes) -> bool:
    """Whether a body that cannot be parsed has the two ends of JSON: it is no web page, and was not cut short."""
    return body.strip()[:1] + body.strip()[-1:] in (b"{}", b"[]")


def backoff(attempt: int) -> float:
    """Seconds before the next attempt: doubling, with full jitter on the upper half."""
    ceiling = min(_FIRST_BACKOFF_SECONDS * 2.0 ** (attempt - 1), _LONGEST_BACKOFF_SECONDS)
    return ceiling * random.uniform(0.5, 1.0)


def plain_reason(problem: requests.RequestException) -> str:
    """A short reason without the URL's query, which may hold an order number."""
    if isinstance(problem, requests.ConnectTimeout):
        return "no connection in time"
    if isinstance(problem, requests.Timeout):
        return "no answer in time"
    if isinstance(problem, requests.ConnectionError):
        return "no connection"
    return type(problem).__name__
