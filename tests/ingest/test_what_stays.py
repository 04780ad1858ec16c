"""What stays of a payload is the same each time, and a row of which something was removed stays as it is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from api_rows import ago, order, shipment

from ingest.client.payload import Payload
from ingest.client.redaction import Keeps, hash_payload, keeps_of, redacted_fields, redacted_text
from ingest.sources.shipstation.records import ORDERS, SHIPMENTS, RecordKind, Stored, changed_records

NOW = datetime(2026, 11, 20, tzinfo=UTC)
PLACE = {"name": "Alba Fernley", "company": "Fernley Dental", "street1": "1 Maple St", "city": "Lakeview"}
PLACE |= {"state": "MN", "postalCode": "55990", "country": "US", "phone": "555-0100", "residential": True}
PERSONAL = {
    "customerEmail": "alba@example.com",
    "customerNotes": "ring twice",
    "somethingNew": {"name": "Alba"},
    "shipTo": PLACE,
    "billTo": "Alba Fernley, 1 Maple St",
}


def stored(kind: RecordKind, row: dict[str, Any], keeps: Keeps) -> Stored:
    """What the warehouse holds of a row once its personal data were removed."""
    _, digest = redacted_text(kind.table, row, keeps)
    return Stored(digest, row.get("modifyDate"), NOW, "sync")


def loaded(kind: RecordKind, row: dict[str, Any], known: Stored) -> list[dict[str, Any]]:
    """What a row that comes again loads, beside what is known of it."""
    key = row[kind.key_field]
    records = changed_records(kind, {key: Payload.of(row)}, {key: known}, arrived_by="sync", now=NOW)
    return [record.payload.fields for record in records]


@pytest.mark.parametrize(
    ("keeps", "place"),
    [
        (Keeps.FIGURES, {"state": "MN", "country": "US"}),
        (
            Keeps.RECALL,
            {name: PLACE[name] for name in ("name", "company", "city", "postalCode", "state", "country")},
        ),
    ],
)
def test_keys_dates_quantities_state_and_country_stay(keeps: Keeps, place: dict[str, Any]) -> None:
    row = order(7, ago(days=500))
    rest = redacted_fields("orders", row | PERSONAL, keeps)
    assert rest == row | {"shipTo": place, "billTo": None}
    assert redacted_fields("orders", rest, keeps) == rest


def test_a_closed_order_that_comes_again_unchanged_loads_nothing() -> None:
    row = order(7, ago(days=500), **PERSONAL)
    for keeps in Keeps:
        assert loaded(ORDERS, row, stored(ORDERS, row, keeps)) == []
        other_words = row | {"customerEmail": "other@example.com"}
        assert loaded(ORDERS, other_words, stored(ORDERS, row, keeps)) == []


def test_an_order_modified_since_is_whole_again() -> None:
    row = order(7, ago(days=500), **PERSONAL)
    edited = order(7, ago(days=1), **PERSONAL)
    assert loaded(ORDERS, edited, stored(ORDERS, row, Keeps.FIGURES)) == [edited]


def test_a_label_voided_later_loads_the_void_and_no_personal_data() -> None:
    label = shipment(101, 7, ago(days=500), **PERSONAL)
    (row,) = loaded(SHIPMENTS, label | {"voided": True}, stored(SHIPMENTS, label, Keeps.FIGURES))
    assert row == shipment(101, 7, ago(days=500)) | {"voided": True, "shipTo": {"state": "MN", "country": "US"}}


def test_the_hash_says_how_much_stays() -> None:
    assert [keeps_of(hash_payload(b"{}", keeps)) for keeps in (None, *Keeps)] == [None, *Keeps]
