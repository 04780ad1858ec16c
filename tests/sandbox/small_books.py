"""Generated businesses for tests, and their rows."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sandbox import Book, BusinessPlan, generate_business
from sandbox.catalogue import COMPONENTS, KEY_SKUS

Rows = list[dict[str, Any]]
END = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)


def rows(book: Book, name: str) -> Rows:
    return [record.row() for record in book.table(name)]


def small(seed: int = 1, end: datetime = END) -> Book:
    return generate_business(BusinessPlan(seed=seed, end=end, weeks=4))


def payloads(book: Book) -> list[bytes]:
    return [record.payload for name in ("orders", "shipments", "fulfillments") for record in book.table(name)]


def components(line: dict[str, Any]) -> dict[str, int]:
    sku = line["sku"] or ""
    if line.get("adjustment") or not sku:
        return {}
    if sku in COMPONENTS:
        return {part: each * line["quantity"] for part, each in COMPONENTS[sku].items()}
    return {sku[:5]: line["quantity"]} if sku[:5] in KEY_SKUS else {}
