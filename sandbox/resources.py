"""The lists of the API with their key, dates, filters and sort orders.

Source: the table "Endpoints that matter" of the API notes, and the published description of the API.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Row = dict[str, Any]


@dataclass(frozen=True)
class Resource:
    """One list of the API.

    Attributes:
        name: The list's name in its envelope.
        id_field: The integer key of a row.
        date_fields: Fields kept as sort keys, so that they can be filtered and sorted by.
        facets: Other fields kept beside the payload for filters; a dot reaches into an object.
        ranges: Filter prefix (`modifyDate` for modifyDateStart/End) or pair of names → date field.
        equals: Filter name → facet that must be equal (as text, letter case ignored).
        prefixes: Filter name → facet that must start with the value.
        sorts: Lower-case sortBy value → date field, or the id.
    """

    name: str
    id_field: str
    date_fields: tuple[str, ...]
    facets: tuple[str, ...]
    ranges: Mapping[str, str]
    equals: Mapping[str, str]
    sorts: Mapping[str, str]
    prefixes: Mapping[str, str] = field(default_factory=dict)


def _both(*fields: str) -> dict[str, str]:
    return {name: name for name in fields}


ORDERS = Resource(
    name="orders",
    id_field="orderId",
    date_fields=("createDate", "modifyDate", "orderDate", "paymentDate"),
    facets=("orderNumber", "orderStatus", "advancedOptions.storeId", "orderKey"),
    ranges=_both("createDate", "modifyDate", "orderDate", "paymentDate"),
    equals={"orderStatus": "orderStatus", "storeId": "advancedOptions.storeId"},
    prefixes={"orderNumber": "orderNumber"},
    sorts={"orderdate": "orderDate", "modifydate": "modifyDate", "createdate": "createDate"},
)

SHIPMENTS = Resource(
    name="shipments",
    id_field="shipmentId",
    date_fields=("createDate", "shipDate", "voidDate"),
    facets=(
        "orderId",
        "orderNumber",
        "trackingNumber",
        "carrierCode",
        "serviceCode",
        "advancedOptions.storeId",
    ),
    ranges=_both("createDate", "shipDate", "voidDate"),
    equals={
        "orderId": "orderId",
        "orderNumber": "orderNumber",
        "trackingNumber": "trackingNumber",
        "carrierCode": "carrierCode",
        "serviceCode": "serviceCode",
        "storeId": "advancedOptions.storeId",
    },
    sorts={"shipdate": "shipDate", "createdate": "createDate"},
)

FULFILLMENTS = Resource(
    name="fulfillments",
    id_field="fulfillmentId",
    date_fields=("createDate", "shipDate"),
    facets=("orderId", "orderNumber", "trackingNumber", "fulfillmentId"),
    ranges=_both("createDate", "shipDate"),
    equals=_both("orderId", "orderNumber", "trackingNumber", "fulfillmentId"),
    sorts={"shipdate": "shipDate", "createdate": "createDate"},
)

PRODUCTS = Resource(
    name="products",
    id_field="productId",
    date_fields=("createDate", "modifyDate"),
    facets=("sku", "active"),
    ranges={"": "createDate"},
    equals={"sku": "sku"},
    sorts={"sku": "sku", "modifydate": "modifyDate", "createdate": "createDate"},
)
