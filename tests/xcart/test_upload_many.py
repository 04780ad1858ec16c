"""Uploads of many orders, from tables made by hand: in several requests, and refused together."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingest.client.account import Account
from sandbox import Fault, Sandbox
from tests.contract_tables import create_tables, insert
from workflows.config.operations_database import prepare_operations_database
from workflows.config.settings import Settings
from workflows.config.settings_reader import read_settings
from workflows.xcart.upload_log import last_events
from workflows.xcart.uploading import upload

CREATE = "/orders/createorders"
_WAREHOUSE = """
create schema intermediate;
create schema raw_xcart;
create table intermediate.int_lots_promised (sku_code varchar, lot_number varchar, quantity_promised bigint);
create table intermediate.int_lines_resolved (
    shipstation_order_id bigint, sku_code varchar, quantity bigint, shipment_id bigint
);
create table raw_xcart.orders (order_number varchar, payload json);
insert into raw_xcart.orders
select number, '{"orderid": "' || number || '"}' from (select unnest($1::varchar[]) as number);
"""


def waiting(home: Path, orders: int) -> Settings:
    """A home in which so many orders of the shop wait, each for one unit."""
    settings = read_settings({"SHIPLEDGER_HOME": str(home), "SHIPLEDGER_ALLOW_UPLOAD": "1"})
    home.mkdir()
    numbers = [str(671_800 + at) for at in range(orders)]
    at = datetime(2025, 10, 1, tzinfo=UTC)
    with duckdb.connect(str(settings.ledger)) as ledger:
        create_tables(ledger)
        columns = "order_key, order_number, ordered_at, is_manual_number, state"
        insert(ledger, "local_orders", columns, [(f"xcart-{one}", one, at, False, "waiting") for one in numbers])
        columns = "order_number, item_key, sku_code, sold_as, sku_status, quantity"
        insert(
            ledger,
            "local_order_items",
            columns,
            [(one, "17612", "17612", "17612", "stocked", 1) for one in numbers],
        )
        columns = "sku_code, lot_number, quantity_on_hand, pick_rank"
        insert(ledger, "lot_inventory", columns, [("17612", "250300", 1_000, 1)])
    with duckdb.connect(str(settings.warehouse)) as warehouse:
        for statement in _WAREHOUSE.split(";")[:-1]:
            warehouse.execute(statement, [numbers] if "$1" in statement else None)
    prepare_operations_database(settings.operations)
    return settings


def send(settings: Settings, box: Sandbox) -> tuple[dict[str, Any], list[tuple[str, int, int]]]:
    progress: list[tuple[str, int, int]] = []
    account = Account(box.url, "sandbox", "sandbox", 1_000_000, retry_seconds=1.0)
    facts = upload(settings, account, "run-1", sends=True, report=lambda *done: progress.append(done))
    return facts, progress


def posts(box: Sandbox) -> int:
    return sum(1 for entry in box.requests.entries() if entry.method == "POST")


def test_more_orders_than_a_request_takes_go_in_several_and_none_is_left_out(tmp_path: Path, box: Sandbox) -> None:
    settings = waiting(tmp_path / "home", 101)
    facts, progress = send(settings, box)
    assert (len(facts["planned"]), len(facts["uploaded"]), posts(box)) == (101, 101, 2)
    assert progress == [("upload", 100, 101), ("upload", 101, 101)]
    assert {event.event for event in last_events(settings.operations).values()} == {"uploaded"}
    assert len(list(box.book.newest("orders"))) == 101


@pytest.mark.parametrize("orders", [2, 3])
def test_of_orders_refused_together_each_is_sent_alone_and_only_what_is_refused_alone_is_refused(
    tmp_path: Path, box: Sandbox, orders: int
) -> None:
    settings = waiting(tmp_path / "home", orders)
    box.faults.add(Fault(CREATE, status=400, method="POST", times=2))
    facts, _ = send(settings, box)
    assert [one["order_number"] for one in facts["refused"]] == ["671800"]
    assert (len(facts["uploaded"]), posts(box)) == (orders - 1, orders + 1)
