"""What stays of a payload once the personal data in it are past their time.

What stays is named here, field by field: keys, dates, quantities, money, state and country. Everything else goes,
also what ShipStation may add one day. The same payload always leaves the same rest, so a row that comes again from
ShipStation is known by its rest, and nothing of what was removed has to be kept to compare it with.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import orjson

from ingest.client.payload import Payload, encode_json


class Keeps(StrEnum):
    """How much of a payload stays; a later member keeps less."""

    RECALL = "recall"
    FIGURES = "figures"


# A field's value is kept as it is when it is `None` here, and no list or object; else field by field.
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
# The recipient, as far as a recall needs it: what `order_consignees` has, and no more.
_CONSIGNEE = _fields("name company city postalCode state country")


def rest_of(table: str, fields: Mapping[str, Any], keeps: Keeps) -> dict[str, Any]:
    """What stays of a row's fields.

    Args:
        table: orders, shipments, fulfillments, or `shop` for an order of the shop.
        fields: The row's fields, or what stayed of them before.
        keeps: How much stays.
    """
    shape = _KEPT[table]
    if keeps is Keeps.RECALL and "shipTo" in shape:
        shape = {**shape, "shipTo": _CONSIGNEE}
    return _rest_of_object(fields, shape)


def rest_of_payload(table: str, payload: Payload, keeps: Keeps) -> Payload:
    """The same for a payload, as a payload."""
    return Payload.of(rest_of(table, payload.fields, keeps))


def keeps_of(payload_hash: str) -> Keeps | None:
    """How much stayed of the row with this hash; None when it is whole."""
    marker, separator, _digest = payload_hash.rpartition(":")
    return Keeps(marker) if separator else None


def hash_payload(body: bytes, keeps: Keeps | None) -> str:
    """The hash of a payload; for the rest of one it also says how much was kept."""
    digest = hashlib.blake2b(body, digest_size=16).hexdigest()
    return f"{keeps}:{digest}" if keeps else digest


def rest_as_text(table: str, fields: Mapping[str, Any], keeps: Keeps) -> tuple[str, str]:
    """What stays of a row's fields as JSON, and its hash."""
    # The shop's orders are written with sorted keys when they come, see `order_rows`.
    option = orjson.OPT_SORT_KEYS if table == "shop" else None
    body = encode_json(rest_of(table, fields, keeps), option)
    return body.decode(), hash_payload(body, keeps)


def _rest_of_object(fields: Mapping[str, Any], shape: _Shape) -> dict[str, Any]:
    return {name: _rest(fields[name], inner) for name, inner in shape.items() if name in fields}


def _rest(value: Any, shape: _Shape | None) -> Any:
    """What stays of a value: of an object or list what its shape names, of anything else the value itself."""
    if isinstance(value, list):
        return [_rest(one, shape) for one in value]
    if isinstance(value, dict):
        return _rest_of_object(value, shape or {})
    return value if shape is None else None
