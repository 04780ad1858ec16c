"""The client's bounds: pauses, time budgets, what is sent twice and what never, and whose settings it takes."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import count
from pathlib import Path
from threading import Thread

import pytest
from api_rows import account_at
from sandboxes import quiet_sandbox

from ingest.client.attempts import backoff
from ingest.client.http import MOST_ATTEMPTS, Client
from ingest.client.rate_limit import RateLimiter
from ingest.errors import ApiRefused, ApiUnreachable, CredentialsRejected, OutcomeUnknown, RateLimited
from sandbox import Fault, Sandbox


def client(box: Sandbox, slept: list[float] | None = None, **changes: object) -> Client:
    """A client that notes its pauses instead of sleeping through them; for its rate limit, minutes fly by."""
    limiter = RateLimiter(1_000_000, clock=count(step=60).__next__)
    return Client(
        account_at(box.url, **changes), sleep=(slept if slept is not None else []).append, limiter=limiter
    )


@pytest.mark.parametrize(
    ("attempt", "longest"), [(1, 0.5), (2, 1.0), (3, 2.0), (4, 4.0), (5, 8.0), (6, 15.0), (7, 15.0), (60, 15.0)]
)
def test_pauses_double_up_to_a_quarter_of_a_minute_and_never_fall_below_half(attempt: int, longest: float) -> None:
    pauses = [backoff(attempt) for _ in range(200)]
    assert longest / 2 <= min(pauses) < max(pauses) <= longest


def test_a_body_that_drips_is_cut_off_and_asked_for_again(box: Sandbox) -> None:
    box.faults.add(Fault("/orders", kind="drip", seconds=2.0, times=1))
    with client(box, answer_seconds=0.3) as api:
        assert api.get("/orders")["orders"] == []
        assert api.requests_sent == 2


def test_a_429_at_the_last_attempt_is_not_taken_for_a_server_that_fails(box: Sandbox) -> None:
    box.faults.add(Fault("/orders", status=429, reset_seconds=0))
    with client(box) as api, pytest.raises(RateLimited):
        api.get("/orders", attempts=1)
    assert api.requests_sent == 1


@pytest.mark.parametrize("status", [400, 405, 409, 422])
def test_what_shipstation_refuses_is_refused_at_once(box: Sandbox, status: int) -> None:
    box.faults.add(Fault("/orders", status=status, body="no"))
    with client(box) as api, pytest.raises(ApiRefused):
        api.get("/orders")
    assert api.requests_sent == 1


@pytest.mark.parametrize("status", [201, 202, 204, 304])
def test_an_answer_that_is_no_200_is_never_taken_for_data(box: Sandbox, status: int) -> None:
    box.faults.add(Fault("/orders", status=status, body=""))
    with client(box) as api, pytest.raises(ApiRefused):
        api.get("/orders")


@pytest.mark.parametrize("fault", [{"status": 500}, {"status": 503}, {"kind": "cut"}, {"kind": "not_json"}])
def test_what_may_have_been_carried_out_is_sent_once(box: Sandbox, fault: dict[str, object]) -> None:
    box.faults.add(Fault("/orders/createorders", method="POST", **fault))
    with client(box) as api, pytest.raises(OutcomeUnknown):
        api.post("/orders/createorders", [{"orderNumber": "1", "orderKey": "a"}])
    assert api.requests_sent == 1


def test_what_a_429_held_back_is_sent_again_within_the_attempts(box: Sandbox) -> None:
    box.faults.add(
        Fault("/orders/createorders", method="POST", status=429, reset_seconds=0, times=MOST_ATTEMPTS - 1)
    )
    with client(box) as api:
        answer = api.post("/orders/createorders", [{"orderNumber": "1", "orderKey": "a"}])
        assert (len(answer["results"]), api.requests_sent) == (1, MOST_ATTEMPTS)
        box.faults.clear()
        box.faults.add(Fault("/orders/createorders", method="POST", status=429, reset_seconds=0))
        with pytest.raises(RateLimited):
            api.post("/orders/createorders", [{"orderNumber": "2", "orderKey": "b"}])
        assert api.requests_sent == 2 * MOST_ATTEMPTS


def test_a_proxy_or_a_login_of_the_machine_is_not_used(
    box: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("no_proxy", "")
    with client(box) as api:
        assert api.get("/orders")["orders"] == []


@pytest.mark.parametrize("address", [None, "/\xff", "http://["], ids=["the sandbox", "no text", "no address"])
def test_a_redirect_is_refused_and_neither_followed_nor_read(box: Sandbox, address: str | None) -> None:
    class Elsewhere(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(302)
            self.send_header("Location", address or f"{box.url}/orders")
            self.send_header("Content-Length", "1000")
            self.end_headers()
            # Until the client hangs up.
            self.rfile.read(1)

        def log_message(self, *_: object) -> None:
            """Nothing on the terminal."""

    with HTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        Thread(target=server.handle_request, daemon=True).start()
        api = Client(account_at(f"http://127.0.0.1:{server.server_port}", read_seconds=1))
        with api, pytest.raises(ApiRefused, match="refused /orders"):
            api.get("/orders")
    assert box.requests.entries() == []


def test_in_a_hurry_no_answer_is_waited_for_longer_and_afterwards_it_is(box: Sandbox) -> None:
    box.faults.add(Fault("/orders", kind="delay", seconds=0.8))
    with client(box) as api:
        with api.hurried(0.2), pytest.raises(ApiUnreachable, match="no answer in time"):
            api.get("/orders")
        assert api.requests_sent == 1
        assert api.get("/orders")["orders"] == []
        assert api.requests_sent == 2


def test_nobody_listening_is_out_of_reach_within_the_time_budget(box: Sandbox) -> None:
    slept: list[float] = []
    with client(box, slept, retry_seconds=3.0) as api:
        box.stop()
        with pytest.raises(ApiUnreachable, match="no connection"):
            api.get("/orders")
    assert sum(slept) <= 3.0
    assert 2 <= api.requests_sent <= MOST_ATTEMPTS


@pytest.mark.parametrize("skew", [-3600, 0, 3600])
def test_shipstations_clock_is_known_from_its_answers(skew: int) -> None:
    with quiet_sandbox(clock_skew_seconds=skew) as box, client(box) as api:
        api.get("/orders")
        assert abs((api.server_now() - box.clock.now()).total_seconds()) < 5


@pytest.mark.parametrize("status", [401, 403])
def test_a_single_rejection_of_a_login_that_had_worked_is_tried_once_more_after_a_pause(
    box: Sandbox, status: int
) -> None:
    box.faults.add(Fault("/orders", status=status, after=1, times=1))
    slept: list[float] = []
    with client(box, slept) as api:
        for _ in range(3):
            assert api.get("/orders")["orders"] == []
        assert api.requests_sent == 4
    assert slept == [5.0]


@pytest.mark.parametrize("status", [401, 403])
def test_a_login_that_is_rejected_twice_in_a_row_is_rejected(box: Sandbox, status: int) -> None:
    box.faults.add(Fault("/orders", status=status, after=1))
    with client(box) as api:
        api.get("/orders")
        with pytest.raises(CredentialsRejected, match="rejected the credentials"):
            api.get("/orders")
    assert api.requests_sent == 3


def test_an_answer_that_is_no_200_does_not_prove_a_login(box: Sandbox) -> None:
    box.faults.add(Fault("/orders", status=500, times=1))
    box.faults.add(Fault("/orders", status=401))
    with client(box) as api, pytest.raises(CredentialsRejected):
        api.get("/orders")
    assert api.requests_sent == 2


def test_what_is_sent_while_the_login_is_rejected_once_is_sent_again(box: Sandbox) -> None:
    box.faults.add(Fault("/orders/createorders", method="POST", status=403, times=1))
    with client(box) as api:
        api.get("/orders")
        answer = api.post("/orders/createorders", [{"orderNumber": "1", "orderKey": "a"}])
    assert len(answer["results"]) == 1
