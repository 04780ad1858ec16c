"""A sandbox in a process of its own, with as many orders as a benchmark wants."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import requests

PROJECT = Path(__file__).resolve().parent.parent
_WEEKS = 60
_PAGE = 500


@dataclass(frozen=True)
class Business:
    """A running sandbox: its address, how many orders it has, and edits through its control address."""

    url: str
    orders: int

    def remove_ghosts(self) -> int:
        """Remove empty orders, because a cycle that fetches them is not idle. Return how many."""
        ghosts: list[int] = []
        for status in ("awaiting_payment", "awaiting_shipment", "pending_fulfillment", "on_hold"):
            page = 0
            rows: list[dict[str, Any]] = [{}]
            while rows:
                page += 1
                rows = self._orders(page, orderStatus=status)
                ghosts += [row["orderId"] for row in rows if not row["items"]]
        for order_id in ghosts:
            requests.delete(f"{self.url}/_sandbox/rows/orders/{order_id}", timeout=60).raise_for_status()
        return len(ghosts)

    def _orders(self, page: int, **filters: str) -> list[dict[str, Any]]:
        answer = requests.get(
            f"{self.url}/orders",
            {"page": str(page), "pageSize": str(_PAGE), **filters},
            auth=("sandbox", "sandbox"),
            timeout=60,
        )
        rows: list[dict[str, Any]] = answer.json()["orders"]
        return rows

    def edit_orders(self, count: int, offset: int) -> None:
        """Modify `count` orders now, spread over time, beginning with the order at `offset`."""
        for page in range(offset // _PAGE, (offset + count) // _PAGE):
            now = datetime.now(ZoneInfo("America/Los_Angeles")).replace(tzinfo=None)
            rows = [_edited(row, now, index) for index, row in enumerate(self._orders(page + 1))]
            requests.put(f"{self.url}/_sandbox/rows/orders", json=rows, timeout=60).raise_for_status()


def _edited(order: dict[str, Any], now: datetime, index: int) -> dict[str, Any]:
    stamp = now.replace(microsecond=index * 1000 % 1_000_000)
    return {**order, "modifyDate": stamp.isoformat(timespec="microseconds") + "0", "gift": True}


@contextmanager
def business(orders: int, weeks: int = _WEEKS) -> Iterator[Business]:
    """A sandbox with about that many orders in that many weeks, for as long as the block lasts."""
    command = [
        sys.executable,
        str(PROJECT / "orchestrate.py"),
        "sandbox",
        "--json",
        *("--port", "0", "--rate-limit", "1000000", "--trade-every", "0"),
        *("--weeks", str(weeks), "--orders-per-day", str(orders / weeks / 7)),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        facts = json.loads(process.stdout.readline())
        try:
            yield Business(facts["url"], facts["counts"]["orders"])
        finally:
            process.terminate()
