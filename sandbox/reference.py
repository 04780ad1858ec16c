"""Reference lists: carriers, services, stores, warehouses, tags and products.

Shapes follow the published description of the API. Two carrier accounts share one code on purpose: only
`shippingProviderId` distinguishes them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sandbox.catalogue import PRODUCT_NAMES, UNIT_CENTS

MANUAL_STORE = 310001
SHOP_STORE = 310002
MARKET_STORE = 310003
WAREHOUSE = 88001

_SERVICES = {
    "stamps_com": {
        "usps_ground_advantage": "USPS Ground Advantage",
        "usps_priority_mail": "USPS Priority Mail",
        "usps_first_class_mail": "USPS First Class Mail",
    },
    "ups": {"ups_ground": "UPS® Ground", "ups_2nd_day_air": "UPS 2nd Day Air®"},
    "ups_walleted": {"ups_ground": "UPS® Ground", "ups_ground_saver": "UPS® Ground Saver"},
    "fedex": {"fedex_ground": "FedEx Ground®", "fedex_home_delivery": "FedEx Home Delivery®"},
}


def _carrier(code: str, name: str, account: str, provider: int, nickname: str | None, primary: bool) -> Any:
    return {
        "name": name,
        "code": code,
        "accountNumber": account,
        "requiresFundedAccount": code == "stamps_com",
        "balance": 412.5 if code == "stamps_com" else 0,
        "nickname": nickname,
        "shippingProviderId": provider,
        "primary": primary,
    }


def _carriers() -> list[Any]:
    return [
        _carrier("stamps_com", "Stamps.com", "SBX-100", 70001, None, True),
        _carrier("ups", "UPS", "SBX200", 70002, "House account", True),
        _carrier("ups", "UPS", "SBX201", 70003, "Brand's account", False),
        _carrier("ups_walleted", "UPS by ShipStation", "SBX300", 70004, None, False),
        _carrier("fedex", "FedEx", "SBX400", 70005, None, True),
    ]


def _services() -> dict[str, list[Any]]:
    return {
        carrier: [
            {"carrierCode": carrier, "code": code, "name": name, "domestic": True, "international": False}
            for code, name in services.items()
        ]
        for carrier, services in _SERVICES.items()
    }


def _store(store_id: int, name: str, marketplace_id: int, marketplace: str) -> Any:
    return {
        "storeId": store_id,
        "storeName": name,
        "marketplaceId": marketplace_id,
        "marketplaceName": marketplace,
        "accountName": None,
        "email": None,
        "integrationUrl": None,
        "active": True,
        "companyName": "",
        "phone": "",
        "publicEmail": "shop@example.com",
        "website": "",
        "refreshDate": "2025-09-01T05:15:00.12",
        "lastRefreshAttempt": "2025-09-01T05:15:00.12",
        "createDate": "2019-03-04T09:12:31.307",
        "modifyDate": "2025-09-01T05:15:00.12",
        "autoRefresh": marketplace_id != 0,
    }


def _stores() -> list[Any]:
    return [
        _store(MANUAL_STORE, "Manual Orders", 0, "ShipStation"),
        _store(SHOP_STORE, "X-Cart Shop", 23, "X-Cart"),
        _store(MARKET_STORE, "Marketplace", 2, "Amazon"),
    ]


def _warehouses() -> list[Any]:
    address = {
        "name": "Dock 1",
        "company": "Sandbox Fulfillment House",
        "street1": "1 Sandbox Way",
        "street2": "",
        "street3": None,
        "city": "Springfield",
        "state": "IL",
        "postalCode": "62701",
        "country": "US",
        "phone": None,
        "residential": False,
        "addressVerified": None,
    }
    return [
        {
            "warehouseId": WAREHOUSE,
            "warehouseName": "Main warehouse",
            "originAddress": address,
            "returnAddress": address,
            "createDate": "2019-03-04T09:10:00.8800000",
            "isDefault": True,
        }
    ]


def _tags() -> list[Any]:
    names = {8101: "Backorder", 8102: "Autoship", 8103: "Fragile", 8104: "Repeat Buyer"}
    return [{"tagId": tag, "name": name, "color": "#33CCCC"} for tag, name in names.items()]


def _products() -> list[Any]:
    return [
        {
            "productId": 5_000_000 + number,
            "sku": sku,
            "name": name,
            "price": UNIT_CENTS.get(sku, 2500) / 100,
            "defaultCost": 0,
            "length": 4,
            "width": 4,
            "height": 9,
            "weightOz": 20,
            "internalNotes": None,
            "fulfillmentSku": None,
            "active": sku != "17913",
            "productCategory": None,
            "productType": None,
            "warehouseLocation": None,
            "defaultCarrierCode": None,
            "defaultServiceCode": None,
            "defaultPackageCode": None,
            "customsDescription": None,
            "customsValue": None,
            "customsTariffNo": None,
            "customsCountryCode": None,
            "noCustoms": None,
            "tags": None,
            "createDate": f"2024-02-{number % 28 + 1:02d}T09:18:01.293",
            "modifyDate": f"2025-06-{number % 28 + 1:02d}T12:38:43.893",
        }
        for number, (sku, name) in enumerate(PRODUCT_NAMES.items())
    ]


@dataclass
class Reference:
    """The reference lists as the API serves them; `services` maps a carrier code to its services."""

    carriers: list[Any] = field(default_factory=_carriers)
    services: dict[str, list[Any]] = field(default_factory=_services)
    stores: list[Any] = field(default_factory=_stores)
    warehouses: list[Any] = field(default_factory=_warehouses)
    tags: list[Any] = field(default_factory=_tags)
    products: list[Any] = field(default_factory=_products)
