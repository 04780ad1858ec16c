"""Reference data that cannot be right stops the build with a sentence that names file and row."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from ledger_under_test import Ledger, failures

# The seeds as they are, with one row more: the row's number is that of the file.
REFUSED = {
    "an unknown component": (
        "sku_aliases",
        "'18999', '11111', 1, 'bundle', 'x'",
        "row 65: component_sku 11111 is no",
    ),
    "a negative multiplier": ("sku_aliases", "'18999', '17612', -2, 'bundle', 'x'", "row 65: multiplier must be"),
    "an alias of an alias": (
        "sku_aliases",
        "'18999', '18225', 1, 'bundle', 'x'",
        "row 65: component_sku 18225 is no",
    ),
    "a component twice": ("sku_aliases", "'18605', '17904', 2, 'bundle', 'x'", "18605 names 17904 twice"),
    "an unknown SKU": ("pallet_factors", "'11111', 48, '2000-01-01', null", "row 8: sku_code 11111 is no product"),
    "overlapping spans": (
        "pallet_factors",
        "'17612', 50, '2026-01-01', null",
        "row 8: 17612 from 2026-01-01 overlaps",
    ),
    "a rate with a gap": (
        "rate_card",
        "'order', 400, 'x', '1990-01-01', '1999-12-30'",
        "row 2: order has no value for",
    ),
    "a second opening day": (
        "opening_balances",
        "'17612', '250111', '2025-10-01', 5",
        "row 7: opening_date must be",
    ),
    "a product twice": ("skus", "'17612', 'PT Kit', true, 50", "row 2: 17612 is there twice"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_the_build_refuses(what: str, new_ledger: Callable[..., Ledger]) -> None:
    seed, values, sentence = REFUSED[what]
    ledger = new_ledger()
    with ledger.connect() as connection:
        connection.execute(f"insert into seeds.{seed} values ({values})")
    result = ledger.run("build", "--select", f"stg_reference__{seed}")
    assert not result.success
    assert f"seeds/{seed}.csv, row " in failures(result)
    assert sentence in failures(result)


def test_a_day_without_a_rate_is_refused_and_not_free(new_ledger: Callable[..., Ledger]) -> None:
    ledger = new_ledger()
    with ledger.connect() as connection:
        connection.execute("update seeds.pallet_factors set valid_from = '2025-11-01' where sku_code = '18795'")
    result = ledger.run("build", "--select", "inventory_daily")
    assert "seeds/pallet_factors.csv: no factor for 18795 on 2025-09-19." in failures(result)
