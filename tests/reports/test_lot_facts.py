"""What the balance of a lot says."""

from __future__ import annotations

from pathlib import Path

import pytest
from report_snapshot import TODAY, write_snapshot

from workflows.reports.lot_facts import LotFacts, read_lot
from workflows.reports.snapshot_source import open_snapshot


def facts(on_hand: int | None, *, is_balanced: bool) -> LotFacts:
    return LotFacts("17612", "250300", "PT Kit", None, on_hand, (), (), 9, 3, 3, is_balanced)


@pytest.mark.parametrize(
    ("on_hand", "is_balanced", "is_sound", "said"),
    [
        (4, True, True, "Balanced"),
        (0, True, True, "Balanced"),
        (-3, True, False, "3 more left than came"),
        (4, False, False, "NOT balanced"),
        (-3, False, False, "NOT balanced"),
    ],
)
def test_a_lot_of_which_more_left_than_came_is_never_called_balanced(
    on_hand: int, is_balanced: bool, is_sound: bool, said: str
) -> None:
    lot = facts(on_hand, is_balanced=is_balanced)
    assert lot.is_sound is is_sound
    assert lot.verdict.startswith(said)


def test_the_orders_to_stop_are_all_open_ones_with_units_of_the_lot(tmp_path: Path) -> None:
    states = ("awaiting_shipment", "on_hold", "pending_fulfillment", "awaiting_payment", "shipped", "cancelled")
    orders = [(number, f"{number}", TODAY, status) for number, status in enumerate(states, 1)]
    lines = [(number, "17612", "250300", 2) for number, *_ in orders]
    # A second line of one order; a refund, a line of nothing, and another lot's of others.
    lines += [(1, "17612", "250300", 3), (7, "17612", "250300", -2), (8, "17612", "250300", 0)]
    lines += [(9, "17612", "250237", 5)]
    orders += [(number, f"{number}", TODAY, "on_hold") for number in (7, 8, 9)]
    rows = {"orders_inbox": orders, "order_items_inbox": lines}
    with open_snapshot(write_snapshot(tmp_path / "s.duckdb", rows), "en-US") as source:
        found = read_lot(source, "17612", "250300").open_orders
    assert [(row["order_number"], row["quantity"]) for row in found] == [("1", 5), ("2", 2), ("3", 2), ("4", 2)]
