"""Redacting payloads: removing personal data once the retention period has ended.

An allow-list names the fields that are kept: keys, dates, quantities, money, state and country. Everything else is
removed, including fields that ShipStation may add. Redacting is deterministic, so a row that is fetched again is
compared with its redacted payload, and no removed data are needed for that.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import orjson

from ingest.client.payload import Payload, encode_json


class Keeps(StrEnum):
    """How much of a payload is kept; a later member keeps less."""

    RECALL = "recall"
    FIGURES = "figures"


# The allow-list: None keeps a field's value unless it is an object; a mapping keeps these fields of an object.
_Shape = Mapping[str, Any]


def _fields(names: str, **inner: _Shape) -> dict[str, Any]:
    return {**dict.fromkeys(names.split()), **inner}


_PLACE = _fields("state country")
_WEIGHT = _fields("value units WeightUnits")
_DIMENSIONS = _fields("units length width height")
_INSURANCE = _fields("provider insureShipment insuredValue")
_LINE = _fields(
    "orderItemId lineItemKey sku quantity unitPrice taxAmount shippingAmount adjustment productId fulfillmentSku"
    " upc createDate modifyDate",
    weight=_WEIGHT,
)
_PARCEL = {"weight": _WEIGHT, "dimensions": _DIMENSIONS, "insuranceOptions": _INSURANCE}
_KEPT: dict[str, _Shape] = {
    "orders": _fields(
        "orderId orderNumber orderKey orderDate createDate modifyDate paymentDate shipByDate holdUntilDate"
        " shipDate orderStatus customerId orderTotal amountPaid taxAmount shippingAmount carrierCode serviceCode"
        " packageCode confirmation externallyFulfilled tagIds",
        shipTo=_PLACE,
        billTo=_PLACE,
        items=_LINE,
        advancedOptions=_fields("warehouseId storeId parentId mergedIds mergedOrSplit billToMyOtherAccount"),
        **_PARCEL,
    ),
    "shipments": _fields(
        "shipmentId orderId orderKey orderNumber createDate shipDate shipmentCost insuranceCost trackingNumber"
        " isReturnLabel batchNumber carrierCode serviceCode packageCode confirmation warehouseId"
        " shippingProviderId voided voidDate marketplaceNotified",
        shipTo=_PLACE,
        shipmentItems=_LINE,
        advancedOptions=_fields("storeId"),
        **_PARCEL,
    ),
    "fulfillments": _fields(
        "fulfillmentId orderId orderNumber trackingNumber createDate shipDate voidDate deliveryDate"
        " carrierCode fulfillmentProviderCode fulfillmentServiceCode fulfillmentFee voidRequested voided"
        " marketplaceNotified",
        shipTo=_PLACE,
    ),
    "shop": _fields(
        "orderid date date2 shipping shipping_cost customerid s_state s_country b_state b_country",
        order_detail=_fields("orderid productid product amount"),
    ),
}
# The fields of the recipient that a recall needs: those of `order_consignees`.
_RECIPIENT = _fields("name company city postalCode state country")


def redacted_fields(table: str, fields: Mapping[str, Any], keeps: Keeps) -> dict[str, Any]:
    """Return a row's fields without personal data.

    Args:
        table: orders, shipments, fulfillments, or `shop` for an order of the shop.
        fields: The row's fields, redacted already or not.
        keeps: How much is kept.
    """
    shape = _KEPT[table]
    if keeps is Keeps.RECALL and "shipTo" in shape:
        shape = {**shape, "shipTo": _RECIPIENT}
    return _redacted_object(fields, shape)


def redacted_payload(table: str, payload: Payload, keeps: Keeps) -> Payload:
    """Return a payload without personal data."""
    return Payload.of(redacted_fields(table, payload.fields, keeps))


def keeps_of(payload_hash: str) -> Keeps | None:
    """Return how much was kept of the payload with this hash; None when it was not redacted."""
    marker, separator, _digest = payload_hash.rpartition(":")
    return Keeps(marker) if separator else None


def hash_payload(body: bytes, keeps: Keeps | None) -> str:
    """Return the hash of a payload; that of a redacted one also says how much was kept."""
    digest = hashlib.blake2b(body, digest_size=16).hexdigest()
    return f"{keeps}:{digest}" if keeps else digest


def redacted_text(table: str, fields: Mapping[str, Any], keeps: Keeps) -> tuple[str, str]:
    """Return a row's fields without personal data as JSON, and its hash."""
    # The shop's orders are stored with sorted keys, see `order_rows`.
    option = orjson.OPT_SORT_KEYS if table == "shop" else None
    body = encode_json(redacted_fields(table, fields, keeps), option)
    return body.decode(), hash_payload(body, keeps)


def _redacted_object(fields: Mapping[str, Any], shape: _Shape) -> dict[str, Any]:
    return {name: _redacted(fields[name], inner) for name, inner in shape.items() if name in fields}


def _redacted(value: Any, shape: _Shape | None) -> Any:
    """Return a value redacted: objects keep the fields that their shape names, lists are redacted item by item."""
    if isinstance(value, list):
        return [_redacted(one, shape) for one in value]
    if isinstance(value, dict):
        return _redacted_object(value, shape or {})
    return value if shape is None else None
