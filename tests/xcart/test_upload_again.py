"""What a second and a third upload do about orders that were sent before, and the log by which they know."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from shop_file import rows
from shop_home import CREATE, SENT, Shop, by_number

from ingest.errors import CredentialsRejected
from ingest.pipeline import Warehouse
from ingest.sources.xcart.order_upload import UploadLine
from ingest.sources.xcart.upload_history import load_upload_log
from sandbox import Fault


def test_the_second_and_the_third_upload_send_nothing_and_give_no_unit_away_twice(shop: Shop) -> None:
    shop.upload()
    for _ in range(2):
        again = shop.upload()
        assert (again["uploaded"], again["planned"], shop.posts()) == ([], [], 1)
        assert "17612: 100 wanted, 80 free" in by_number(again["held"], "detail")["671830"]


def test_after_a_server_error_neither_the_second_nor_the_third_upload_sends_within_the_waiting_time(
    shop: Shop,
) -> None:
    shop.box.faults.add(Fault(CREATE, "status", status=500, method="POST", times=1))
    assert set(shop.upload()["unanswered"]) == SENT
    for _ in range(2):
        held = shop.upload()["held"]
        assert {number for number, why in by_number(held, "reason").items() if why == "unanswered"} == SENT
        assert "17612: 100 wanted, 80 free" in by_number(held, "detail")["671830"]
        assert (shop.posts(), shop.there()) == (1, {})


@pytest.mark.parametrize(("minutes", "posts"), [(14, 1), (16, 2)])
def test_what_was_sent_without_an_answer_is_sent_again_alone_after_a_quarter_of_an_hour(
    shop: Shop, minutes: int, posts: int
) -> None:
    shop.note_sending("671826", datetime.now(UTC) - timedelta(minutes=minutes))
    facts = shop.upload()
    assert ("671826" in by_number(facts["uploaded"], "order_number")) == (posts == 2)
    assert shop.posts() == posts


def test_units_of_an_order_being_sent_are_given_to_no_other(shop: Shop) -> None:
    shop.note_sending("671826", datetime.now(UTC), UploadLine("17612", "PT Kit", "250237", 1019))
    facts = shop.upload()
    assert shop.goods("671825") == [("17612 - 250300", 4)]
    assert "17612: 1031 wanted, 96 free" in by_number(facts["held"], "detail")["671827"]


def test_what_is_there_is_noted_also_without_a_log_and_neither_it_nor_its_units_are_sent_again(shop: Shop) -> None:
    shop.upload()
    (shop.home / "operations.sqlite").unlink()
    shop.note_sending("671825", datetime.now(UTC))
    for sends, found in ((False, SENT), (True, SENT), (True, set())):
        facts = shop.upload(sends=sends)
        assert {one["order_number"] for one in facts["uploaded"]} == found
        assert "17612: 100 wanted, 80 free" in by_number(facts["held"], "detail")["671830"]
        assert shop.posts() == 1


def test_when_the_request_arrives_the_log_says_sending_for_each_of_its_orders(shop: Shop) -> None:
    when_it_arrived: list[dict[str, str]] = []

    def look(_request: int) -> None:
        if shop.box.requests.entries()[-1].method == "POST":
            when_it_arrived.append(dict(shop.log()))

    shop.box.on_request = look
    shop.upload()
    assert [{number: log[number] for number in SENT} for log in when_it_arrived] == [
        dict.fromkeys(SENT, "sending")
    ]
    assert {number: event for number, event in shop.log() if number in SENT} == dict.fromkeys(SENT, "uploaded")


def test_why_an_order_stays_is_logged_once_until_the_reason_changes(shop: Shop) -> None:
    for _ in range(3):
        shop.upload()
    waits = [event for number, event in shop.log() if number == "671830"]
    assert waits == ["held"]
    shop.box.faults.add(Fault("/orders", "status", status=500, method="GET"))
    shop.upload()
    assert [event for number, event in shop.log() if number == "671830"] == ["held", "held"]


def test_what_a_refused_login_kept_from_arriving_is_sent_by_the_next_run_without_waiting(shop: Shop) -> None:
    shop.box.faults.add(Fault(CREATE, "status", status=401, method="POST"))
    with pytest.raises(CredentialsRejected):
        shop.upload()
    assert {event for number, event in shop.log() if number in SENT} == {"sending", "held"}
    shop.box.faults.clear()
    assert {one["order_number"] for one in shop.upload()["uploaded"]} == SENT


def test_the_warehouse_gets_each_row_of_the_log_once_with_its_instant(shop: Shop, tmp_path: Path) -> None:
    store, warehouse = shop.home / "operations.sqlite", Warehouse(shop.home / "warehouse.duckdb", tmp_path / "dlt")
    at = datetime(2025, 10, 1, 9, 30, tzinfo=UTC)
    loaded = []
    for numbers in (["671825", "671826"], [], ["671827"]):
        for number in numbers:
            shop.note_sending(number, at)
        loaded.append(load_upload_log(store, warehouse))
    assert loaded == [2, 0, 1]
    noted = rows(warehouse.path, "select order_number, noted_at from raw_xcart.uploads order by seq")
    assert [(number, when.astimezone(UTC)) for number, when in noted] == [
        ("671825", at), ("671826", at), ("671827", at),
    ]  # fmt: skip
