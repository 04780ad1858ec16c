"""What a newer payload lacks inside a nested object is read from the one before, as at the top."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import raw_tables
from ledger_under_test import Ledger
from shipstation_payloads import line, order

DUPLICATES = (
    "select shipstation_order_id from exceptions where exception_type = 'duplicate_order_number' order by 1"
)
CITY = "select city from order_consignees where shipstation_order_id = 2"


@pytest.mark.parametrize(
    ("options", "ship_to", "duplicates", "city"),
    [
        ({"mergedIds": []}, {"name": "A. Person"}, [], "Lakeview"),
        ({"mergedIds": [], "parentId": None}, {"name": "A. Person", "city": None}, [(1,), (2,)], None),
    ],
)
def test_a_parent_or_city_that_vanishes_from_a_payload_stays_and_an_emptied_one_does_not(
    new_ledger: Callable[[], Ledger],
    options: dict[str, object],
    ship_to: dict[str, object],
    duplicates: list[tuple[int]],
    city: str | None,
) -> None:
    ledger = new_ledger()
    split = order(2, [line("18795", 1)], orderNumber="680001", advancedOptions=options, shipTo=ship_to)
    with ledger.connect() as connection:
        raw_tables.load(connection, "orders", [order(1, [line("18795", 1)])], "load-1")
        kept = {2: {"advancedOptions": {"parentId": 1}, "shipTo": {"city": "Lakeview"}}}
        raw_tables.load(connection, "orders", [split], "load-1", kept_fields=kept)
    ledger.build()
    assert ledger.rows(DUPLICATES) == duplicates
    assert ledger.rows(CITY) == [(city,)]
