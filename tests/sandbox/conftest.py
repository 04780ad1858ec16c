"""A sandbox that is started for a test, and a year of generated business."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

import pytest
from sandbox_client import NOON, Client, Run
from small_books import Rows, rows

from sandbox import Book, BusinessPlan, Clock, Sandbox, SandboxSettings, generate_business


@pytest.fixture
def run() -> Iterator[Run]:
    """Start a sandbox over rows or a book, with settings by name; its clock stands at noon, Pacific."""
    with ExitStack() as stack:

        def start(*rows: dict[str, Any], book: Book | None = None, **settings: Any) -> Client:
            chosen = SandboxSettings(**{"rate_limit": 10_000, "trade_every_seconds": 0, **settings})
            book = book or Book(Clock(fixed_at=NOON), compare=chosen.compare)
            for row in rows:
                book.load("shipments" if "shipmentId" in row else "orders", row)
            return Client(stack.enter_context(Sandbox(chosen, book)))

        yield start


@pytest.fixture(scope="session")
def year() -> Book:
    """The generated business with its defaults, up to a Friday morning."""
    return generate_business(BusinessPlan(end=datetime(2026, 11, 20, 15, 0, tzinfo=UTC)))


@pytest.fixture(scope="session")
def orders(year: Book) -> Rows:
    return rows(year, "orders")


@pytest.fixture(scope="session")
def labels(year: Book) -> Rows:
    return rows(year, "shipments")


@pytest.fixture(scope="session")
def marks(year: Book) -> Rows:
    return rows(year, "fulfillments")
