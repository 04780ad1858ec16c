"""A server that never stops sending, or sends too much, ends a run: within its time, memory and requests."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from threading import Event

import pytest
from api_rows import account_at, ago, order, stamp
from hostile_server import Query, answering, begin, bomb, send, trickle

from ingest.client.http import MOST_BYTES, Client
from ingest.client.list_walk import walk
from ingest.client.walk_limit import MOST_ROWS, WalkLimit
from ingest.errors import ApiUnreachable, ServerKeepsFailing, UnexpectedAnswer
from ingest.sources.shipstation.api_lists import ORDERS_BY_MODIFY_DATE

PROJECT = Path(__file__).resolve().parents[2]
# Of three bytes each, just below the limit of an answer.
_TINY = MOST_BYTES // 3 - 1000


def headers_without_an_end(handler: BaseHTTPRequestHandler, is_over: Event) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
    trickle(handler, b"a", is_over)


def body_without_an_end(handler: BaseHTTPRequestHandler, is_over: Event) -> None:
    begin(handler)
    trickle(handler, b" ", is_over)


def body_that_is_never_whole(handler: BaseHTTPRequestHandler, is_over: Event) -> None:
    begin(handler, **{"Content-Length": "100000000"})
    trickle(handler, b" ", is_over)


def whole_and_then_silent(handler: BaseHTTPRequestHandler, is_over: Event) -> None:
    begin(handler)
    handler.wfile.write(b'{"orders": []}')
    trickle(handler, b" ", is_over)


@pytest.mark.parametrize(
    "write", [headers_without_an_end, body_without_an_end, body_that_is_never_whole, whole_and_then_silent]
)
def test_an_answer_that_trickles_is_cut_off_in_time(
    write: Callable[[BaseHTTPRequestHandler, Event], None],
) -> None:
    with answering(lambda handler, _path, _query, is_over: write(handler, is_over)) as url:
        began = time.monotonic()
        with Client(account_at(url, answer_seconds=0.5)) as api:
            with pytest.raises(ApiUnreachable, match="no answer in time"):
                api.get("/orders", attempts=1)
            assert time.monotonic() - began < 4


def test_after_an_answer_was_cut_off_the_next_one_is_read() -> None:
    answers = iter([body_without_an_end])

    def write(handler: BaseHTTPRequestHandler, _path: str, _query: Query, is_over: Event) -> None:
        next(answers, lambda handler, _: send(handler, b'{"orders": []}'))(handler, is_over)

    with answering(write) as url, Client(account_at(url, answer_seconds=0.5)) as api:
        assert api.get("/orders") == {"orders": []}
        assert api.requests_sent == 2


def test_an_answer_that_unpacks_to_far_more_is_not_unpacked() -> None:
    packed = bomb(50)

    def write(handler: BaseHTTPRequestHandler, *_: object) -> None:
        begin(handler, **{"Content-Encoding": "gzip", "Content-Length": str(len(packed))})
        handler.wfile.write(packed)

    with (
        answering(write) as url,
        Client(account_at(url)) as api,
        pytest.raises(ServerKeepsFailing, match="larger than 8 MB"),
    ):
        api.get("/orders", attempts=1)


def test_a_page_of_far_more_rows_than_asked_for_is_refused() -> None:
    rows = b'{"orders": [' + b",".join([b"{}"] * 6000) + b"]}"
    answered = answering(lambda handler, *_: send(handler, rows))
    with (
        answered as url,
        Client(account_at(url)) as api,
        pytest.raises(UnexpectedAnswer, match="a page of 6,000 rows"),
    ):
        list(walk(api, ORDERS_BY_MODIFY_DATE, start=ago(days=1), on_unreadable=print))


def listing(rows: list[dict[str, object]], total: int) -> bytes:
    return json.dumps({"orders": rows, "total": total, "page": 1, "pages": 1}).encode()


def test_a_list_that_repeats_itself_ends() -> None:
    asked = 0
    moment = ago(hours=1)
    page = listing([order(number, moment) for number in range(50)], 1_000_000)

    def write(handler: BaseHTTPRequestHandler, *_: object) -> None:
        nonlocal asked
        asked += 1
        send(handler, page)

    with (
        answering(write) as url,
        Client(account_at(url)) as api,
        pytest.raises(UnexpectedAnswer, match="the same rows again and again"),
    ):
        list(walk(api, ORDERS_BY_MODIFY_DATE, start=ago(hours=2), on_unreadable=print, page_size=50))
    assert asked < 25


def test_a_list_that_goes_on_beyond_its_total_ends() -> None:
    asked = 0

    def write(handler: BaseHTTPRequestHandler, *_: object) -> None:
        nonlocal asked
        asked += 1
        moment = ago(days=300 - asked / 10)
        numbers = range(asked * 500, asked * 500 + 500)
        send(handler, listing([{"orderId": number, "modifyDate": stamp(moment)} for number in numbers], 700))

    with (
        answering(write) as url,
        Client(account_at(url)) as api,
        pytest.raises(UnexpectedAnswer, match=r"21,500 rows of a list of 700"),
    ):
        list(walk(api, ORDERS_BY_MODIFY_DATE, start=ago(days=400), on_unreadable=print))
    assert asked == 43


def test_a_list_whose_total_grows_with_it_ends_too() -> None:
    limit = WalkLimit("/orders", 500)
    for rows in range(500, MOST_ROWS + 1, 500):
        limit.note(500, rows + 500)
    with pytest.raises(UnexpectedAnswer, match="without an end"):
        limit.note(500, MOST_ROWS * 2)


def test_a_long_second_may_be_read_again_as_often_as_it_changes() -> None:
    limit = WalkLimit("/orders", 500)
    for _ in range(20):
        limit.note(500, 10_000)
    for _ in range(5 * 20):
        limit.note(0, 10_000)


def many_tiny_values() -> bytes:
    return b'{"orders": [' + b"{}," * _TINY + b"{}]}"


def a_row_of_tiny_values() -> bytes:
    return b'{"orders": [{"orderId": 1, "items": [' + b"{}," * _TINY + b'{}]}], "total": 1}'


def wide_characters() -> bytes:
    moment = ago(hours=1)
    rows = [order(number, moment, customerNotes="\N{GRINNING FACE}" + "a" * 16_000) for number in range(499)]
    return json.dumps({"orders": rows, "total": 499}, ensure_ascii=False).encode()


_LOAD = """
import sys
from pathlib import Path
from ingest.client.account import Account
from ingest.errors import IngestError
from ingest.pipeline import Warehouse
from ingest.sources.shipstation.load import load_changes
account = Account(sys.argv[1], "key", "secret", requests_per_minute=1_000_000, retry_seconds=1.0)
home = Path(sys.argv[2])
try:
    load_changes(account, Warehouse(home / "warehouse.duckdb", home / "scratch"))
except IngestError as problem:
    print(type(problem).__name__)
# The peak of this program; `ru_maxrss` is at least that of the process which started it.
status = Path("/proc/self/status").read_text().splitlines()
[peak] = [line.split()[1] for line in status if line.startswith("VmHWM:")]
print(int(peak) // 1024)
"""


@pytest.mark.parametrize(
    "body",
    [
        many_tiny_values,
        *(pytest.param(one, marks=pytest.mark.long) for one in (a_row_of_tiny_values, wide_characters)),
    ],
)
def test_a_load_takes_less_than_a_gigabyte_whatever_the_server_sends(
    body: Callable[[], bytes], tmp_path: Path
) -> None:
    sent = body()
    assert 0.9 * MOST_BYTES < len(sent) < MOST_BYTES, "as large as an answer may be"
    with answering(lambda handler, *_: send(handler, sent)) as url:
        ran = subprocess.run(
            [sys.executable, "-c", _LOAD, url, str(tmp_path)],
            capture_output=True,
            text=True,
            check=True,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(PROJECT)},
        )
    assert int(ran.stdout.split()[-1]) < 1000, ran.stdout
