"""Faults on order, and the control paths."""

from __future__ import annotations

import time
from typing import Any

import pytest
import requests
from sandbox_client import Run, a_label, an_order

from sandbox import Fault


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_gateway_error_is_an_html_page(run: Run, status: int) -> None:
    client = run(an_order(1))
    client.sandbox.faults.add(Fault("/orders", status=status, times=1))
    answer = client.get("/orders")
    assert (answer.status_code, answer.headers["Content-Type"].split(";")[0]) == (status, "text/html")
    assert answer.text.startswith("<html>")
    assert client.get("/orders").status_code == 200


def test_an_error_500_has_the_four_fields_of_shipstation(run: Run) -> None:
    client = run(an_order(1))
    client.sandbox.faults.add(Fault("/orders"))
    answer = client.get("/orders")
    assert answer.status_code == 500
    assert set(answer.json()) == {"Message", "ExceptionMessage", "ExceptionType", "StackTrace"}


@pytest.mark.parametrize(
    ("fault", "status", "body"),
    [
        (Fault("/", status=401), 401, ""),
        (Fault("/", status=403, body={"Message": "no"}), 403, '{"Message":"no"}'),
        (Fault("/", status=418, body="<p>tea</p>"), 418, "<p>tea</p>"),
    ],
)
def test_a_fault_answers_with_the_status_and_body_it_names(run: Run, fault: Fault, status: int, body: str) -> None:
    client = run()
    client.sandbox.faults.add(fault)
    answer = client.get("/carriers")
    assert (answer.status_code, answer.text) == (status, body)


def test_a_429_on_order_says_its_seconds(run: Run) -> None:
    client = run()
    client.sandbox.faults.add(Fault("/", status=429, reset_seconds=17))
    headers = client.get("/carriers").headers
    assert (headers["X-Rate-Limit-Remaining"], headers["X-Rate-Limit-Reset"]) == ("0", "17")
    assert headers["X-Rate-Limit-Limit"] == "10000"


def test_a_fault_waits_for_its_turn_and_ends_after_its_times(run: Run) -> None:
    client = run(an_order(1))
    client.sandbox.faults.add(Fault("/orders", status=503, after=1, times=2, query={"page": "2"}))
    pages = [1, 2, 2, 1, 2, 2]
    assert [client.get("/orders", page=page).status_code for page in pages] == [200, 200, 503, 200, 503, 200]


def test_a_fault_concerns_only_its_path_and_method(run: Run) -> None:
    client = run(an_order(1))
    client.sandbox.faults.add(Fault("/orders", status=503, method="POST"))
    assert [client.get("/orders").status_code, client.get("/shipments").status_code] == [200, 200]
    assert client.post("/orders/createorders", []).status_code == 503


def test_a_cut_connection_breaks_in_the_middle_of_the_body(run: Run) -> None:
    client = run(an_order(1))
    client.sandbox.faults.add(Fault("/orders", "cut", times=1))
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        client.get("/orders")
    assert client.ids() == [1]


def test_truncated_json_looks_like_success_but_cannot_be_parsed(run: Run) -> None:
    client = run(an_order(1))
    client.sandbox.faults.add(Fault("/orders", "truncated_json"))
    answer = client.get("/orders")
    assert answer.status_code == 200
    assert answer.text.startswith('{"orders":[')
    with pytest.raises(requests.exceptions.JSONDecodeError):
        answer.json()


def test_an_html_page_with_200_is_not_json(run: Run) -> None:
    client = run(an_order(1))
    client.sandbox.faults.add(Fault("/orders", "not_json"))
    answer = client.get("/orders")
    assert (answer.status_code, answer.text[:6]) == (200, "<html>")


def test_a_delayed_answer_runs_into_the_clients_time_out(run: Run) -> None:
    client = run(an_order(1))
    client.sandbox.faults.add(Fault("/orders", "delay", seconds=30, times=1))
    with pytest.raises(requests.exceptions.ReadTimeout):
        requests.get(client.sandbox.url + "/orders", auth=("sandbox", "sandbox"), timeout=0.1)
    assert client.ids() == [1]


def test_a_dripped_body_arrives_whole(run: Run) -> None:
    client = run(an_order(1), an_order(2))
    client.sandbox.faults.add(Fault("/orders", "drip", seconds=0.1))
    began = time.monotonic()
    answer = client.get("/orders")
    assert time.monotonic() - began >= 0.1, "the body came in pieces"
    assert [row["orderId"] for row in answer.json()["orders"]] == [1, 2]


def test_a_poisoned_order_makes_every_page_it_is_on_a_500_for_ever(run: Run) -> None:
    client = run(*[an_order(number) for number in range(1, 9)])
    client.sandbox.faults.poison_order_ids.add(6)
    for _ in range(2):
        statuses = [client.get("/orders", page=page, pageSize=2).status_code for page in (1, 2, 3, 4)]
        assert statuses == [200, 200, 500, 200]
    assert client.get("/orders/6").status_code == 500
    client.sandbox.faults.clear()
    assert client.get("/orders/6").status_code == 200


def test_the_log_has_what_was_asked_and_answered(run: Run) -> None:
    client = run(an_order(1))
    client.get("/orders", pageSize=5)
    client.get("/orders/7")
    entries = client.sandbox.requests.entries()
    assert [(entry.number, entry.path, entry.status) for entry in entries] == [
        (1, "/orders", 200),
        (2, "/orders/7", 404),
    ]
    assert entries[0].query == {"pageSize": "5"}
    client.sandbox.requests.reset()
    assert client.sandbox.requests.entries() == []


def control(client: Any, method: str, path: str, **more: Any) -> Any:
    answer = requests.request(method, f"{client.sandbox.url}/_sandbox{path}", timeout=10, **more)
    return answer.json()


def test_control_paths_need_no_login_and_do_not_count(run: Run) -> None:
    client = run(rate_limit=1)
    for _ in range(3):
        assert control(client, "GET", "/counts") == {"orders": 0, "shipments": 0, "fulfillments": 0}
    assert client.sandbox.requests.entries() == []
    assert client.get("/orders").status_code == 200


def test_rows_are_put_and_deleted_over_control_paths(run: Run) -> None:
    client = run()
    assert control(client, "POST", "/rows/orders", json=[an_order(1), an_order(2)]) == {"stored": 2}
    assert control(client, "POST", "/rows/shipments", json=a_label(11)) == {"stored": 1}
    assert control(client, "DELETE", "/rows/orders/1") == {"deleted": True}
    assert control(client, "DELETE", "/rows/orders/1") == {"deleted": False}
    assert (client.ids(), len(client.rows("shipments"))) == ([2], 1)


def test_faults_and_clock_are_set_over_control_paths(run: Run) -> None:
    client = run(an_order(1))
    control(client, "POST", "/faults", json=[{"path": "/orders", "status": 502}, {"poison_order_ids": [1]}])
    assert client.get("/orders").status_code == 502
    assert control(client, "GET", "/faults")["poison_order_ids"] == [1]
    assert control(client, "DELETE", "/faults") == {"faults": [], "poison_order_ids": []}
    assert client.get("/orders").status_code == 200
    moved = control(client, "POST", "/clock", params={"advance_seconds": 30, "skew_seconds": 5})
    assert moved["now"].startswith("2025-10-01T19:00:35")
    assert [entry["status"] for entry in control(client, "GET", "/requests")["requests"]] == [502, 200]
    assert control(client, "DELETE", "/requests") == {"requests": []}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/rows/parcels", {}),
        ("POST", "/rows/orders", {"orderId": "x"}),
        ("POST", "/faults", {"path": "/", "kind": "explode"}),
        ("POST", "/faults", {"status": 500}),
        ("POST", "/trade", None),
    ],
)
def test_mistakes_on_control_paths_get_a_sentence(run: Run, method: str, path: str, body: Any) -> None:
    answer = control(run(), method, path, json=body)
    assert answer["message"].endswith((".", "!"))
