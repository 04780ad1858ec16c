"""Irregularities of real payloads: nulls, missing and unknown fields, other JSON types."""

from __future__ import annotations

import random

from sandbox.resources import Row

_ORDER_NULLS = (
    "paymentDate",
    "customerId",
    "customerUsername",
    "customerEmail",
    "paymentMethod",
    "requestedShippingService",
    "tagIds",
    "internationalOptions",
)
_ORDER_FILLED = {
    "shipByDate": "2026-01-05T00:00:00.0000000",
    "customerNotes": "Please ring the bell.",
    "internalNotes": "Checked by phone.",
    "giftMessage": "All the best!",
    "dimensions": {"units": "inches", "length": 12, "width": 9.5, "height": 4},
    "userId": "5f9c2c6e-0000-4000-8000-00000000a003",
    "tagIds": [],
}
_ORDER_DROPPED = ("labelMessages", "externallyFulfilledById", "userId", "giftMessage", "holdUntilDate")
_SHIPMENT_DROPPED = ("formData", "labelData", "notifyErrorMessage")


def vary_order(rng: random.Random, row: Row) -> None:
    """Change one or two fields of an order in place."""
    chance = rng.random()
    if chance < 0.4:
        row[rng.choice(_ORDER_NULLS)] = None
    elif chance < 0.65:
        name = rng.choice(tuple(_ORDER_FILLED))
        row[name] = _ORDER_FILLED[name]
    elif chance < 0.8:
        row.pop(rng.choice(_ORDER_DROPPED), None)
    elif chance < 0.9:
        row["shippingAmount"] = rng.choice((9.95, 12, 7.0))
        row["advancedOptions"]["source"] = "web"
        row["advancedOptions"]["billToMyOtherAccount"] = 70003
    else:
        row["orderScore"] = {"value": rng.randrange(100), "model": None}


def vary_shipment(rng: random.Random, row: Row) -> None:
    """Change a field of a label in place."""
    chance = rng.random()
    if chance < 0.5:
        row.pop(rng.choice(_SHIPMENT_DROPPED), None)
    elif chance < 0.7:
        row["advancedOptions"] = None
    elif chance < 0.8:
        row["trackingNumber"] = int("94" + str(row["shipmentId"]))
    elif chance < 0.9:
        row["dimensions"] = {"units": "inches", "length": 10, "width": 8.5, "height": 4}
    else:
        row["carbonOffset"] = 0.04
