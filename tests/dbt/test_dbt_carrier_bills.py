"""Carrier bills in warm builds: lines keep their classes until a bill, or a label on one, changes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import jinja2
import pytest
import raw_tables
from ledger_under_test import PROJECT, Ledger
from shipstation_payloads import label, line, order

from ingest.pipeline import Warehouse
from ingest.sources.carrier_bills.bill_source import import_bill

BILL = """Transaction Date,Transaction Type,Tracking #,Amount,Reference 1
2026-01-06,Print,1Z00000101,-8.35,680001
2026-01-06,Print,1Z00000102,-9.35,680002
2026-01-06,Print,,-8.35,680003
2026-01-06,Print,1Z00000105,-8.35,
"""
VOIDED = {"voided": True, "voidDate": "2026-01-08T07:00:00.0000000"}


def load(ledger: Ledger, load_id: str, *shipment_ids: int, **changes: object) -> None:
    orders = [order(shipment_id - 100, [line("17612 - 250237", 1)]) for shipment_id in shipment_ids]
    labels = [
        label(
            number,
            number - 100,
            "2026-01-06",
            **{"trackingNumber": f"1Z00000{number}", "carrierCode": "stamps_com"} | changes,
        )
        for number in shipment_ids
    ]
    with ledger.connect() as connection:
        raw_tables.load(connection, "orders", orders, load_id)
        raw_tables.load(connection, "shipments", labels, load_id)


def classes(ledger: Ledger) -> list[tuple[object, ...]]:
    return ledger.rows("select line_number, shipment_id, line_class from carrier_bill_lines order by 1")


def test_lines_are_classed_again_in_a_warm_build_when_a_label_on_a_bill_changes(
    new_ledger: Callable[..., Ledger], tmp_path: Path
) -> None:
    ledger = new_ledger()
    load(ledger, "load-1", 101, 105)
    bill = tmp_path / "stamps.csv"
    bill.write_text(BILL)
    import_bill(bill, Warehouse(ledger.warehouse, tmp_path / "scratch"))
    # There were no bills when the views were made.
    assert ledger.run("run", "--select", "staging.carrier_bills").success
    ledger.build()
    first = [(2, 101, "equal"), (3, None, "not_ours"), (4, None, "not_ours"), (5, 105, "equal")]
    assert classes(ledger) == first
    load(ledger, "load-2", 104)
    ledger.build()
    assert classes(ledger) == first
    load(ledger, "load-3", 102, 103)
    load(ledger, "load-4", 101, **VOIDED)
    ledger.build()
    later = [(2, 101, "voided_but_billed"), (3, 102, "adjusted"), (4, 103, "equal")]
    assert classes(ledger) == [*later, (5, 105, "equal")]
    # Its number of now is on no bill.
    load(ledger, "load-5", 105, trackingNumber="1Z00000999")
    ledger.build()
    assert classes(ledger) == [*later, (5, None, "not_ours")]
    assert ledger.rows("select shipment_id, final_cost_cents from label_costs order by 1") == [
        (101, 0),
        (102, 935),
        (103, 835),
    ]
    ledger.assert_same_as_full_build()


@pytest.mark.parametrize(
    ("given", "environment", "expected"),
    [
        (None, "0", "False"),
        (None, "1", "True"),
        (True, "0", "True"),
        ("true", "0", "True"),
        (1, "0", "True"),
        (False, "1", "False"),
        ("0", "1", "False"),
    ],
)
def test_a_variable_says_whether_closed_months_are_restated_else_the_environment(
    given: object, environment: str, expected: str
) -> None:
    macros = jinja2.Environment(autoescape=False).from_string(
        (PROJECT / "macros" / "carrier_bills.sql").read_text(),
        globals={
            "var": lambda _name, default: default if given is None else given,
            "env_var": lambda _name, _default: environment,
            "return": lambda value: value,
        },
    )
    assert macros.module.restates_carrier_bills().strip() == expected
