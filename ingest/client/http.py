"""The HTTP client for ShipStation: login, rate limit, time-outs and retries."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import orjson
import requests

from ingest.client.account import Account
from ingest.client.attempts import Transient, backoff, is_complete, plain_reason, raise_for_status
from ingest.client.direct_session import DirectSession
from ingest.client.payload import read_json
from ingest.client.rate_limit import RateLimiter
from ingest.client.time_limit import TimedAdapter
from ingest.errors import (
    ApiUnreachable,
    CredentialsRejected,
    OutcomeUnknown,
    RateLimited,
    ServerKeepsFailing,
    UnreadableAnswer,
)

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 6
# A complete body that cannot be parsed is requested once more; after that, one of its rows is unreadable.
_MOST_UNREADABLE = 2
# A page of 500 orders has some 2 MB. JSON of this size can take 50 times as much in memory while it is read.
MOST_BYTES = 8 * 1024 * 1024
# A login that has worked is sometimes rejected by one of their servers, so it is tried once more.
_SECONDS_AFTER_REJECTION = 5.0

Decode = Callable[[bytes], Any]


class Client:
    """Talks to one ShipStation account. Not thread-safe: one client for each run.

    Attributes:
        requests_sent: The number of requests, retries included.
        api_seconds: Time spent waiting for answers and for the rate limit, and in pauses before retries.
        is_authenticated: Whether ShipStation has accepted key and secret in this run.
        page_size: Rows of one request for a page of a list.
    """

    def __init__(
        self,
        account: Account,
        *,
        sleep: Callable[[float], None] = time.sleep,
        limiter: RateLimiter | None = None,
    ) -> None:
        self.requests_sent = 0
        self.api_seconds = 0.0
        self.is_authenticated = False
        self.page_size = account.page_size
        self._account = account
        self._sleep = sleep
        self._limiter = limiter or RateLimiter(account.requests_per_minute, sleep=sleep)
        # A redirect would carry the credentials to wherever it points.
        self._session = DirectSession()
        self._session.auth = (account.key, account.secret)
        self._session.headers["Accept"] = "application/json"
        # A proxy or netrc entry of the machine must not change the credentials.
        self._session.trust_env = False
        self._adapter = TimedAdapter()
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, self._adapter)
        self._clock_offset = timedelta()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    @contextmanager
    def hurried(self, seconds: float) -> Iterator[None]:
        """Within the block, wait no longer than this for an answer, retries included."""
        patient = self._account
        names = ("connect_seconds", "read_seconds", "answer_seconds", "retry_seconds")
        self._account = replace(patient, **{name: min(seconds, getattr(patient, name)) for name in names})
        try:
            yield
        finally:
            self._account = patient

    def get(
        self,
        path: str,
        params: Mapping[str, str | int] | None = None,
        *,
        attempts: int = MOST_ATTEMPTS,
        decode: Decode = read_json,
    ) -> Any:
        """Send a GET request and decode the answer.

        Args:
            path: Path below the base URL, for example `/orders`.
            params: Query parameters.
            attempts: How often to try at most.
            decode: Decodes a body; raises ValueError if it is not JSON, which is retried.

        Returns:
            The decoded body.

        Raises:
            CredentialsRejected: 401 or 403; twice when the login had worked before.
            NotFound: 404.
            ApiRefused: any other 4xx but 429.
            ServerKeepsFailing: a server error, or no JSON, each time within the attempts and the time budget.
            UnreadableAnswer: the body is complete and cannot be parsed, twice unless only one attempt is allowed.
            RateLimited: 429 at the last attempt.
            ApiUnreachable: no usable answer for another reason.
        """
        began = time.monotonic()
        try:
            return self._get_with_retries(path, params, attempts, decode)
        finally:
            self.api_seconds += time.monotonic() - began

    def post(self, path: str, body: Any) -> Any:
        """Send a POST request and decode the answer.

        Only a 429 is retried, because then ShipStation has not carried out the request: after any other failure
        it may have.

        Args:
            path: Path below the base URL.
            body: The value to send as JSON.

        Returns:
            The decoded JSON body.

        Raises:
            CredentialsRejected: 401 or 403; nothing was done.
            ApiRefused: Another 4xx; nothing was done.
            RateLimited: 429 each time; nothing was done.
            OutcomeUnknown: No usable answer: it may have been carried out.
        """
        began = time.monotonic()
        try:
            return self._post(path, body)
        finally:
            self.api_seconds += time.monotonic() - began

    def _post(self, path: str, body: Any) -> Any:
        for attempt in range(1, MOST_ATTEMPTS + 1):
            self._limiter.wait()
            try:
                return self._decoded(self._ask("POST", path, body=orjson.dumps(body)), read_json)
            except Transient as problem:
                if problem.status != 429:
                    raise OutcomeUnknown(
                        f"ShipStation at {self._account.base_url} gave no usable answer to {path} ({problem}). "
                        "What was sent may have arrived."
                    ) from problem
                if attempt == MOST_ATTEMPTS:
                    raise self._given_up(path, attempt, problem) from problem
        raise AssertionError("every attempt returns or raises")

    def server_now(self) -> datetime:
        """Return the current instant (UTC) by ShipStation's clock, or by ours before its first answer."""
        return datetime.now(UTC) + self._clock_offset

    def _get_with_retries(
        self, path: str, params: Mapping[str, str | int] | None, attempts: int, decode: Decode
    ) -> Any:
        spent = 0.0
        attempt = unreadable = 0
        while True:
            attempt += 1
            self._limiter.wait()
            began = time.monotonic()
            try:
                return self._decoded(self._ask("GET", path, params), decode)
            except Transient as problem:
                spent += time.monotonic() - began
                pause = backoff(attempt)
                unreadable += bool(problem.body)
                is_enough = attempt >= attempts or unreadable >= _MOST_UNREADABLE
                if is_enough or spent + pause > self._account.retry_seconds:
                    raise self._given_up(path, attempt, problem) from problem
                log.warning("%s: %s; attempt %d, next in %.1f s", path, problem, attempt, pause)
                self._sleep(pause)
                spent += pause

    def _given_up(self, path: str, attempt: int, problem: Transient) -> ApiUnreachable:
        kind = ApiUnreachable
        if problem.status == 429:
            kind = RateLimited
        elif problem.status == 200 or problem.status >= 500:
            kind = ServerKeepsFailing
        tries = "1 attempt" if attempt == 1 else f"{attempt} attempts"
        message = (
            f"ShipStation at {self._account.base_url} did not give a usable answer to {path} in {tries} "
            f"(last: {problem}). Nothing was changed; try again later."
        )
        return UnreadableAnswer(message, problem.body) if problem.body else kind(message)

    def _ask(
        self, method: str, path: str, params: Mapping[str, str | int] | None = None, body: bytes | None = None
    ) -> bytes:
        """Make one attempt, and another when a login that had worked is rejected: then nothing was done."""
        try:
            return self._attempt(method, path, params, body)
        except CredentialsRejected:
            if not self.is_authenticated:
                raise
            log.warning("%s: the login was rejected, which had worked; trying it once more", path)
            self._sleep(min(_SECONDS_AFTER_REJECTION, self._account.retry_seconds))
            self._limiter.wait()
            return self._attempt(method, path, params, body)

    def _attempt(
        self, method: str, path: str, params: Mapping[str, str | int] | None = None, body: bytes | None = None
    ) -> bytes:
        self.requests_sent += 1
        with self._adapter.limited(self._account.answer_seconds) as is_over:
            try:
                answer = self._send(method, path, params, body)
            except Transient:
                if not is_over.is_set():
                    raise
            # An answer without a length looks whole when it is cut off.
            if is_over.is_set():
                raise Transient("no answer in time")
            return answer

    def _send(self, method: str, path: str, params: Mapping[str, str | int] | None, body: bytes | None) -> bytes:
        try:
            with self._session.request(
                method,
                self._account.base_url + path,
                params=params,
                data=body,
                headers={"Content-Type": "application/json"} if body else None,
                timeout=(self._account.connect_seconds, self._account.read_seconds),
                stream=True,
            ) as answer:
                self._note_clock(answer.headers)
                self._limiter.heed(answer.headers, refused=answer.status_code == 429)
                raise_for_status(answer.status_code, path)
                self.is_authenticated = True
                return _read(answer)
        except requests.RequestException as problem:
            raise Transient(plain_reason(problem)) from problem

    def _decoded(self, body: bytes, decode: Decode) -> Any:
        began = time.monotonic()
        try:
            return decode(body)
        except ValueError as problem:
            raise Transient("the body is not JSON", 200, body if is_complete(body) else b"") from problem
        finally:
            # Decoding is our own time, not ShipStation's.
            self.api_seconds -= time.monotonic() - began

    def _note_clock(self, headers: Mapping[str, str]) -> None:
        try:
            server = parsedate_to_datetime(headers["Date"])
        except (KeyError, ValueError):
            return
        if server.tzinfo is not None:
            self._clock_offset = server - datetime.now(UTC)


def _read(answer: requests.Response) -> bytes:
    """Return the body, decompressed piece by piece. One that is too large is like a failing page: ask for less."""
    pieces, size = [], 0
    for piece in answer.iter_content(1 << 16):
        size += len(piece)
        if size > MOST_BYTES:
            raise Transient(f"the answer is larger than {MOST_BYTES >> 20} MB", 200)
        pieces.append(piece)
    return b"".join(pieces)
