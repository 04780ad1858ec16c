"""Login, request limit, error bodies and the clock in the headers."""

from __future__ import annotations

import asyncio
import base64
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from sandbox_client import NOON, Run, an_order
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from sandbox import Book, Clock, Sandbox, SandboxSettings
from sandbox.context import Context
from sandbox.gate import Gate
from sandbox.limiter import RateLimiter

HEADERS = ("X-Rate-Limit-Limit", "X-Rate-Limit-Remaining", "X-Rate-Limit-Reset")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Basic " + base64.b64encode(b"sandbox:wrong").decode()},
        {"Authorization": "Basic " + base64.b64encode(b"wrong:sandbox").decode()},
        {"Authorization": "Basic ???"},
        {"Authorization": "Bearer sandbox"},
    ],
)
def test_a_wrong_login_gets_401_with_an_empty_body(run: Run, headers: dict[str, str]) -> None:
    answer = requests.get(run(an_order(1)).sandbox.url + "/orders", headers=headers, timeout=10)
    assert (answer.status_code, answer.content) == (401, b"")
    assert all(name in answer.headers for name in HEADERS)


@pytest.mark.parametrize("scheme", ["Basic", "basic", "BASIC"])
def test_the_logins_scheme_is_read_in_any_case(run: Run, scheme: str) -> None:
    headers = {"Authorization": f"{scheme} {base64.b64encode(b'sandbox:sandbox').decode()}"}
    answer = requests.get(run(an_order(1)).sandbox.url + "/orders", headers=headers, timeout=10)
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("caller", "status"), [(("127.0.0.1", 1), 200), (("::1", 1), 200), (("192.168.1.5", 1), 403), (None, 403)]
)
def test_the_sandboxs_controls_answer_callers_on_this_machine_only(
    caller: tuple[str, int] | None, status: int
) -> None:
    async def control(scope: Scope, receive: Receive, send: Send) -> None:
        await Response()(scope, receive, send)

    sent: list[Message] = []

    async def keep(message: Message) -> None:
        sent.append(message)

    async def nothing() -> Message:
        return {"type": "http.request"}

    scope = {"type": "http", "path": "/_sandbox/faults", "method": "GET", "headers": [], "client": caller}
    book = Book(Clock(fixed_at=NOON))
    context = Context(SandboxSettings(), book.clock, book, RateLimiter(1, lambda: 0.0))
    # In a thread of its own: the browser's loop may run in this one.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, Gate(control, control, context)(scope, nothing, keep)).result()
    assert sent[0]["status"] == status


def test_key_and_secret_are_the_ones_that_were_set(run: Run) -> None:
    client = run(an_order(1), key="k", secret="s:with colon")
    assert client.get("/orders").status_code == 200


def test_the_request_over_the_limit_gets_429_and_the_next_minute_allows_again(run: Run) -> None:
    client = run(an_order(1), rate_limit=3)
    answers = [client.get("/orders") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert [answer.headers["X-Rate-Limit-Remaining"] for answer in answers] == ["2", "1", "0", "0"]
    assert {answer.headers["X-Rate-Limit-Limit"] for answer in answers} == {"3"}
    assert answers[3].json() == {"message": "Too Many Requests"}
    assert "Retry-After" not in answers[3].headers
    client.sandbox.clock.advance(60)
    assert client.get("/orders").status_code == 200


def test_the_reset_header_counts_the_seconds_left_in_the_fixed_window() -> None:
    now = [100.0]
    limiter = RateLimiter(2, lambda: now[0])
    assert limiter.count("a").reset == 60
    now[0] += 45.5
    assert limiter.count("a").reset == 15
    assert not limiter.count("a").allowed
    assert limiter.count("b").allowed
    now[0] += 14.5
    assert (limiter.count("a").allowed, limiter.count("a").reset) == (True, 60)


def test_every_answer_carries_the_limit_headers(run: Run) -> None:
    client = run(an_order(1))
    client.sandbox.faults.poison_order_ids.add(1)
    paths = ("/orders", "/orders/1", "/orders/9", "/carriers", "/nowhere", "/orders/abc")
    answers = [client.get(path) for path in paths]
    assert [answer.status_code for answer in answers] == [500, 500, 404, 200, 404, 400]
    assert all(name in answer.headers for answer in answers for name in HEADERS)


def test_an_unknown_order_is_a_404(run: Run) -> None:
    client = run(an_order(1))
    assert client.get("/orders/1").json()["orderId"] == 1
    client.sandbox.book.delete_order(1)
    assert client.get("/orders/1").status_code == 404


def test_the_date_header_follows_the_sandboxs_clock_with_its_skew(run: Run) -> None:
    client = run(clock_skew_seconds=-90)
    assert client.get("/carriers").headers["Date"] == "Wed, 01 Oct 2025 18:58:30 GMT"
    client.sandbox.clock.advance(60)
    assert client.get("/carriers").headers["Date"] == "Wed, 01 Oct 2025 18:59:30 GMT"


@pytest.mark.parametrize(
    "wrong",
    [{"rate_limit": 0}, {"bounds": "open"}, {"compare": "dates"}, {"latency_ms": -1}],
)
def test_settings_it_cannot_work_with_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="must"):
        SandboxSettings(**wrong)  # type: ignore[arg-type]


def test_a_book_that_compares_times_another_way_is_refused() -> None:
    with pytest.raises(ValueError, match="wall_times"):
        Sandbox(SandboxSettings(compare="instants"), Book())


def test_a_clocks_own_skew_stays_unless_the_settings_have_one() -> None:
    clock = Clock(skew_seconds=30, fixed_at=NOON)
    assert Sandbox(book=Book(clock)).clock.http_date() == "Wed, 01 Oct 2025 19:00:30 GMT"
    assert Sandbox(SandboxSettings(clock_skew_seconds=5), Book(clock)).clock.now().second == 5


def test_a_taken_port_is_an_error_and_a_stopped_sandbox_frees_it(run: Run) -> None:
    taken = run().sandbox
    port = int(taken.url.rpartition(":")[2])
    with pytest.raises(OSError, match="in use"):
        Sandbox(port=port).start()
    taken.stop()
    with Sandbox(port=port) as again:
        assert again.url == taken.url


def test_latency_is_added_to_every_answer(run: Run) -> None:
    answer = run(an_order(1), latency_ms=80).get("/orders")
    assert answer.elapsed.total_seconds() >= 0.08
