"""The recipients of orders: one row for each order, apart from all other tables."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import raw_tables
from ledger_under_test import Ledger
from shipstation_payloads import label, line, order

_DANA = {
    "name": " Dana Smith ",
    "company": "",
    "street1": "1 Main St",
    "city": "Austin",
    "state": "TX",
    "postalCode": "78701",
    "country": "US",
    "phone": "555-0100",
}
_LEE = {**_DANA, "name": "Lee Wong", "company": "Bright Smiles, LLC"}


@pytest.fixture
def ledger(new_ledger: Callable[..., Ledger]) -> Ledger:
    ledger = new_ledger()
    lines = [line("17612 - 250300", 5)]
    with ledger.connect() as connection:
        orders = [order(1, lines, shipTo=_DANA), order(2, lines, shipTo="nowhere"), order(3, lines)]
        raw_tables.load(connection, "orders", orders, "load-1")
        labels = [label(101, 1, "2026-01-05", shipTo=_LEE), label(104, 4, "2026-01-05", lines, shipTo=_LEE)]
        raw_tables.load(connection, "shipments", labels, "load-1")
    ledger.build()
    return ledger


def recipients(ledger: Ledger) -> dict[int, tuple[Any, ...]]:
    rows = ledger.rows("select * from order_consignees order by 1")
    return {row[0]: row[1:] for row in rows}


def test_an_order_has_one_consignee_and_one_known_by_its_label_only_has_the_labels(ledger: Ledger) -> None:
    nobody = (None,) * 6
    assert recipients(ledger) == {
        1: ("Dana Smith", None, "Austin", "TX", "78701", "US"),
        2: nobody,
        3: nobody,
        4: ("Lee Wong", "Bright Smiles, LLC", "Austin", "TX", "78701", "US"),
    }


def test_a_changed_address_replaces_the_old_one_and_leaves_the_others(ledger: Ledger) -> None:
    with ledger.connect() as connection:
        raw_tables.load(connection, "orders", [order(1, [line("18795", 1)], shipTo=_LEE)], "load-2")
    ledger.build()
    assert recipients(ledger)[1][0] == "Lee Wong"
    assert recipients(ledger)[4][0] == "Lee Wong"
    ledger.assert_same_as_full_build()


def test_names_and_towns_are_in_that_table_and_in_no_other(ledger: Ledger) -> None:
    holding = {
        name
        for name, rows in ledger.tables().items()
        if any(
            word in str(value)
            for row in rows
            for value in row
            for word in ("Dana", "Lee Wong", "Austin", "555-0100")
        )
    }
    assert holding == {"order_consignees"}
    assert date(2026, 1, 5) in ledger.rows("select ship_date from shipped_orders")[0]
