"""On which day personal data are past their time, to the day: orders, labels, what a recall needs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import duckdb
import pytest

from tests.dbt import raw_tables
from tests.dbt.raw_tables import Payload
from workflows.config.settings_reader import read_settings
from workflows.privacy.retention import Limits, count_due, limits_of

ZONE = "America/Chicago"
TODAY = date(2026, 11, 28)
SEEN = datetime(2026, 11, 27, 12, tzinfo=UTC)
# What `SHIPLEDGER_RETENTION_DAYS=100` and a recall of one year mean on that day.
LIMITS = Limits(closed_before=date(2026, 8, 20), recall_before=date(2025, 11, 28))
LAST_KEPT, FIRST_GONE = "2026-08-20", "2026-08-19"
LAST_RECALL, NO_RECALL = "2025-11-28", "2025-11-27"


@pytest.fixture
def raw() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        raw_tables.create(connection)
        yield connection


def order(order_id: int, day: str, status: str = "shipped", **more: str) -> Payload:
    # Ten in the morning, Pacific.
    return {
        "orderId": order_id,
        "orderNumber": f"6{order_id}",
        "orderStatus": status,
        "modifyDate": at(day),
        **more,
    }


def label(shipment_id: int, order_id: int | None, day: str, **more: str | None) -> Payload:
    return {"shipmentId": shipment_id, "orderId": order_id, "createDate": at(day), "shipDate": day, **more}


def fulfillment(fulfillment_id: int, order_id: int, day: str) -> Payload:
    return {"fulfillmentId": fulfillment_id, "orderId": order_id, "createDate": at(day), "shipDate": at(day)}


def at(day: str, time: str = "10:00:00") -> str:
    return f"{day}T{time}.0000000"


def due(raw: duckdb.DuckDBPyConnection, kind: str = "orders", limits: Limits = LIMITS) -> dict[str, int]:
    return {keeps: count for keeps, count in count_due(raw, ZONE, limits)[kind].items() if count}


def test_an_order_exactly_as_old_as_its_days_is_kept_and_goes_the_day_after() -> None:
    settings = read_settings({}).model_copy(update={"retention_days": 100, "recall_years": 1})
    assert limits_of(settings, TODAY) == LIMITS
    assert date.fromisoformat(LAST_KEPT) == TODAY - timedelta(days=100)
    with duckdb.connect() as raw:
        raw_tables.create(raw)
        raw_tables.load(raw, "orders", [order(1, LAST_KEPT)], "load", seen_at=SEEN)
        assert due(raw) == {}
        tomorrow = limits_of(settings, TODAY + timedelta(days=1))
        assert tomorrow is not None
        assert due(raw, limits=tomorrow) == {"recall": 1}


@pytest.mark.parametrize(
    ("orders", "labels", "fulfillments", "found"),
    [
        ([order(1, FIRST_GONE)], [], [], {"recall": 1}),
        ([order(1, FIRST_GONE, "cancelled")], [], [], {"figures": 1}),
        ([order(1, LAST_KEPT, "cancelled")], [], [], {}),
        ([order(1, "2024-01-02", "awaiting_shipment"), order(2, "2024-01-02", "on_hold")], [], [], {}),
        # 22:30 in Los Angeles is after midnight in Chicago: the business's day counts.
        ([order(1, FIRST_GONE) | {"modifyDate": at(FIRST_GONE, "21:59:59")}], [], [], {"recall": 1}),
        ([order(1, FIRST_GONE) | {"modifyDate": at(FIRST_GONE, "22:00:00")}], [], [], {}),
        # Whatever happened to it last counts: a label, its day, its void, a fulfillment.
        ([order(1, FIRST_GONE)], [label(11, 1, FIRST_GONE)], [], {"recall": 1}),
        ([order(1, FIRST_GONE)], [label(11, 1, LAST_KEPT)], [], {}),
        ([order(1, FIRST_GONE)], [label(11, 1, FIRST_GONE) | {"shipDate": LAST_KEPT}], [], {}),
        ([order(1, FIRST_GONE)], [label(11, 1, LAST_KEPT) | {"shipDate": FIRST_GONE}], [], {}),
        ([order(1, FIRST_GONE)], [label(11, 1, FIRST_GONE) | {"voidDate": at(LAST_KEPT)}], [], {}),
        ([order(1, FIRST_GONE)], [], [fulfillment(21, 1, LAST_KEPT)], {}),
        ([order(1, FIRST_GONE)], [], [fulfillment(21, 1, FIRST_GONE)], {"recall": 1}),
        # A cancelled order that left all the same may be recalled; one whose only label is void did not leave.
        ([order(1, FIRST_GONE, "cancelled")], [label(11, 1, FIRST_GONE)], [], {"recall": 1}),
        (
            [order(1, FIRST_GONE, "cancelled")],
            [label(11, 1, FIRST_GONE) | {"voidDate": at(FIRST_GONE)}],
            [],
            {"figures": 1},
        ),
        ([order(1, LAST_RECALL)], [], [], {"recall": 1}),
        ([order(1, NO_RECALL)], [], [], {"figures": 1}),
        # A date that cannot be read is none: then the day it came counts, which is yesterday.
        ([order(1, FIRST_GONE) | {"modifyDate": "soon"}], [], [], {}),
    ],
)
def test_an_order_goes_the_day_after_its_last_one(
    raw: duckdb.DuckDBPyConnection,
    orders: list[Payload],
    labels: list[Payload],
    fulfillments: list[Payload],
    found: dict[str, int],
) -> None:
    for table, rows in (("orders", orders), ("shipments", labels), ("fulfillments", fulfillments)):
        raw_tables.load(raw, table, rows, "load", seen_at=SEEN)
    assert due(raw) == found
    # Its labels go with it, and keep nothing for a recall: the order does.
    assert due(raw, "shipments") == ({"figures": len(labels)} if found and labels else {})
    assert due(raw, "fulfillments") == ({"figures": len(fulfillments)} if found and fulfillments else {})


@pytest.mark.parametrize(
    ("day", "void", "found"),
    [
        (LAST_KEPT, None, {}),
        (FIRST_GONE, None, {"recall": 1}),
        (LAST_RECALL, None, {"recall": 1}),
        (NO_RECALL, None, {"figures": 1}),
        (FIRST_GONE, at(FIRST_GONE), {"figures": 1}),
        (FIRST_GONE, at(LAST_KEPT), {}),
    ],
)
def test_a_label_without_its_order_goes_by_its_own_days(
    raw: duckdb.DuckDBPyConnection, day: str, void: str | None, found: dict[str, int]
) -> None:
    raw_tables.load(raw, "orders", [order(1, FIRST_GONE)], "load", seen_at=SEEN)
    labels = [label(11, 7, day, voidDate=void), label(12, None, day, voidDate=void)]
    raw_tables.load(raw, "shipments", labels, "load", seen_at=SEEN)
    assert due(raw, "shipments") == dict.fromkeys(found, 2)
    # A fulfillment names no recipient.
    raw_tables.load(raw, "fulfillments", [fulfillment(21, 7, day)], "load", seen_at=SEEN)
    assert due(raw, "fulfillments") == ({} if day == LAST_KEPT else {"figures": 1})


@pytest.mark.parametrize(("missing_since", "found"), [(LAST_KEPT, {}), (FIRST_GONE, {"figures": 1})])
def test_an_open_order_that_left_shipstation_is_closed_on_that_day(
    raw: duckdb.DuckDBPyConnection, missing_since: str, found: dict[str, int]
) -> None:
    since = datetime.fromisoformat(f"{missing_since} 18:00:00+00:00")
    before = since - timedelta(days=30)
    raw_tables.load(raw, "orders", [order(1, "2024-05-01", "awaiting_shipment")], "load", seen_at=before)
    raw_tables.note_state(raw, 1, "missing_in_shipstation", "load", since_at=since, checked_at=since)
    assert due(raw) == found
    # It came again afterwards, so it is there and open.
    raw_tables.load(raw, "orders", [order(1, "2024-05-01", "awaiting_shipment")], "load", seen_at=before)
    raw.execute("update raw_shipstation.orders set fetched_at = ?", [since + timedelta(hours=1)])
    assert due(raw) == {}


def test_what_stays_for_a_recall_goes_once_and_nothing_goes_twice(raw: duckdb.DuckDBPyConnection) -> None:
    raw_tables.load(raw, "orders", [order(1, LAST_RECALL), order(2, NO_RECALL)], "load", seen_at=SEEN)
    marks = "update raw_shipstation.orders set payload_hash = ? || ':x' where order_id = ?"
    raw.execute(marks, ["recall", 1])
    raw.execute(marks, ["recall", 2])
    assert due(raw) == {"figures": 1}
    raw.execute(marks, ["figures", 2])
    assert due(raw) == {}


def test_a_shops_order_goes_when_all_orders_it_became_are_past_their_time(raw: duckdb.DuckDBPyConnection) -> None:
    columns = "order_number, order_key, payload_hash"
    raw.execute(f"insert into raw_xcart.orders ({columns}) values ('680001', 'xcart-680001', 'x')")
    for by_key, by_number, found in (
        (FIRST_GONE, LAST_KEPT, {}),
        (LAST_KEPT, FIRST_GONE, {}),
        (FIRST_GONE, FIRST_GONE, {"figures": 1}),
    ):
        both = [order(1, by_key, orderKey="xcart-680001"), order(2, by_number) | {"orderNumber": "680001"}]
        raw_tables.load(raw, "orders", both, "load", seen_at=SEEN)
        assert due(raw, "shop") == found


@pytest.mark.parametrize(
    ("today", "years", "recall_before"),
    [
        (date(2026, 11, 28), 7, date(2019, 11, 28)),
        (date(2028, 2, 29), 1, date(2027, 2, 28)),
        (date(2028, 3, 1), 1, date(2027, 3, 1)),
        (date(2026, 11, 28), 0, date(2026, 11, 28)),
    ],
)
def test_the_years_of_a_recall_end_on_the_same_day_of_the_year(
    today: date, years: int, recall_before: date
) -> None:
    limits = limits_of(read_settings({}).model_copy(update={"retention_days": 100, "recall_years": years}), today)
    assert limits is not None
    assert limits.recall_before == recall_before


def test_without_days_nothing_is_ever_past_its_time() -> None:
    assert limits_of(read_settings({}).model_copy(update={"retention_days": 0}), TODAY) is None
