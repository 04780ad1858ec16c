from __future__ import annotations

import pytest
from api_rows import account_at
from requests.utils import dict_from_cookiejar

from ingest.client.http import Client
from ingest.errors import ApiRefused, ApiUnreachable, CredentialsRejected, NotFound, UnreadableAnswer
from sandbox import Fault, Sandbox


def client(box: Sandbox, slept: list[float] | None = None, **changes: object) -> Client:
    """A client that notes its pauses instead of sleeping through them."""
    return Client(account_at(box.url, **changes), sleep=(slept if slept is not None else []).append)


def test_an_answer_is_decoded_and_counted(box: Sandbox) -> None:
    with client(box) as api:
        assert api.get("/orders")["orders"] == []
        assert api.requests_sent == 1
        assert api.api_seconds > 0


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_passing_server_error_is_retried_with_growing_pauses(box: Sandbox, status: int) -> None:
    box.faults.add(Fault("/orders", status=status, body="<html>Bad gateway</html>", times=3))
    slept: list[float] = []
    with client(box, slept) as api:
        assert api.get("/orders")["orders"] == []
        assert api.requests_sent == 4
    assert len(slept) == 3
    assert 0.25 <= slept[0] <= 0.5 <= slept[1] <= 1.0 <= slept[2] <= 2.0


@pytest.mark.parametrize("kind", ["cut", "truncated_json", "not_json"])
def test_a_damaged_body_is_retried_and_never_taken_for_an_answer(box: Sandbox, kind: str) -> None:
    box.faults.add(Fault("/orders", kind=kind, times=2))
    with client(box) as api:
        assert api.get("/orders")["orders"] == []
        assert api.requests_sent == 3


@pytest.mark.parametrize(
    "body", ['{"orders":[{"orderId":1,"note":NaN}]}', '{"orders":[{]}', "[1,,2]", " \n{,}\n"], ids=range(4)
)
def test_a_body_that_came_in_full_and_is_no_json_is_asked_for_once_more_and_then_given_back(
    box: Sandbox, body: str
) -> None:
    box.faults.add(Fault("/orders", status=200, body=body))
    with client(box) as api, pytest.raises(UnreadableAnswer, match="in 2 attempts") as failure:
        api.get("/orders")
    assert failure.value.body == body.encode()
    assert api.requests_sent == 2


def test_a_body_that_can_be_parsed_the_second_time_is_an_answer(box: Sandbox) -> None:
    box.faults.add(Fault("/orders", status=200, body="{,}", times=1))
    with client(box) as api:
        assert api.get("/orders")["orders"] == []


@pytest.mark.parametrize("kind", ["cut", "truncated_json", "not_json"])
def test_half_a_body_or_a_web_page_is_no_spoilt_row_and_gets_all_attempts(box: Sandbox, kind: str) -> None:
    box.faults.add(Fault("/orders", kind=kind))
    with client(box) as api, pytest.raises(ApiUnreachable) as failure:
        api.get("/orders")
    assert not isinstance(failure.value, UnreadableAnswer)
    assert api.requests_sent == 6


def test_a_silent_server_is_given_up_after_the_time_out_and_retried(box: Sandbox) -> None:
    box.faults.add(Fault("/orders", kind="delay", seconds=1.5, times=1))
    with client(box, read_seconds=0.3) as api:
        assert api.get("/orders")["orders"] == []
        assert api.requests_sent == 2


def test_a_server_that_keeps_failing_ends_in_a_sentence_within_the_attempts(box: Sandbox) -> None:
    box.faults.add(Fault("/orders", status=500))
    with client(box) as api, pytest.raises(ApiUnreachable, match="try again later"):
        api.get("/orders")
    assert api.requests_sent == 6


def test_retries_end_when_the_time_budget_is_spent(box: Sandbox) -> None:
    box.faults.add(Fault("/orders", status=500))
    with client(box, retry_seconds=1.0) as api, pytest.raises(ApiUnreachable):
        api.get("/orders")
    assert api.requests_sent < 6


@pytest.mark.parametrize("status", [401, 403])
def test_rejected_credentials_are_not_tried_again(box: Sandbox, status: int) -> None:
    box.faults.add(Fault("/orders", status=status, body=""))
    with client(box) as api, pytest.raises(CredentialsRejected, match="rejected the credentials"):
        api.get("/orders")
    assert api.requests_sent == 1


def test_an_unknown_order_is_not_found_without_retry(box: Sandbox) -> None:
    with client(box) as api, pytest.raises(NotFound):
        api.get("/orders/4711")
    assert api.requests_sent == 1


def test_a_refused_request_is_not_retried(box: Sandbox) -> None:
    with client(box) as api, pytest.raises(ApiRefused):
        api.get("/orders", {"modifyDateStart": "yesterday"})
    assert api.requests_sent == 1


def test_after_a_429_no_request_is_sent_before_the_reset(box: Sandbox) -> None:
    box.faults.add(Fault("/orders", status=429, reset_seconds=1, times=1))
    with Client(account_at(box.url)) as api:
        assert api.get("/orders")["orders"] == []
    refused, answered = (entry.at for entry in box.requests.entries())
    assert (answered - refused).total_seconds() >= 1.0


def test_the_credentials_are_in_no_error_and_no_representation() -> None:
    account = account_at("http://127.0.0.1:9", retry_seconds=0.0)
    secretive = type(account)(account.base_url, "the-key", "the-secret", retry_seconds=0.0)
    with Client(secretive, sleep=[].append) as api, pytest.raises(ApiUnreachable) as failure:
        api.get("/orders", {"orderNumber": "680001"})
    shown = f"{failure.value} {secretive!r} {dict_from_cookiejar(api._session.cookies)}"
    assert "the-key" not in shown
    assert "the-secret" not in shown
    assert "680001" not in shown
