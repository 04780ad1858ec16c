"""The counts of one load, from its cycle."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from ingest.sources.shipstation.empty_orders import FetchReport
from ingest.sources.shipstation.load_cycle import Cycle
from ingest.sources.shipstation.watermarks import REFERENCE_LISTS


@dataclass(frozen=True)
class LoadReport:
    """The counts of one load. Instants are UTC.

    Attributes:
        read_at: When reading began, by ShipStation's clock: what changed later may be missing.
        orders_changed: New and changed orders: `orders_new` and `orders_updated`.
        orders_new: Orders that were not stored before.
        orders_manual: Of the new ones, those that were typed into ShipStation.
        labels_new: Labels that were not stored before, return labels too.
        reference_lists_at: When carriers, services and stores were last all read; None before the first time.
        reference_lists_problem: Why they could not be read this time, if so.
        finished: False when a backfill has windows left.
    """

    read_at: datetime
    orders_fetched: int
    orders_changed: int
    shipments_fetched: int
    shipments_changed: int
    fulfillments_fetched: int
    fulfillments_changed: int
    api_requests: int
    api_seconds: float
    watermark_before: datetime | None
    watermark_after: datetime | None
    ghosts: dict[str, int]
    reference_lists_at: datetime | None
    reference_lists_problem: str | None
    finished: bool
    orders_new: int
    orders_manual: int
    orders_updated: int
    labels_new: int


def report_of(cycle: Cycle, fetched: FetchReport) -> LoadReport:
    """Return the counts of a cycle that was loaded, and of the orders that were fetched by their ids."""
    tallies, problems = cycle.tallies, cycle.reference_problems

    def count(what: Literal["fetched", "changed", "new", "manual"], *names: str) -> int:
        return len(set().union(*(getattr(tallies[name], what) for name in names if name in tallies)))

    return LoadReport(
        read_at=min((tally.read_at for tally in tallies.values()), default=cycle.client.server_now()),
        orders_fetched=count("fetched", "orders"),
        orders_changed=count("changed", "orders"),
        shipments_fetched=count("fetched", "shipments", "voids"),
        shipments_changed=count("changed", "shipments", "voids"),
        fulfillments_fetched=count("fetched", "fulfillments"),
        fulfillments_changed=count("changed", "fulfillments"),
        api_requests=cycle.client.requests_sent,
        api_seconds=cycle.client.api_seconds,
        watermark_before=cycle.marks_before.get("orders"),
        watermark_after=cycle.next_marks(tallies).get("orders", cycle.marks_before.get("orders")),
        ghosts=fetched.counts(),
        reference_lists_at=cycle.now
        if cycle.reads_reference_lists and not problems
        else cycle.marks_before.get(REFERENCE_LISTS),
        reference_lists_problem=problems[0] if problems else None,
        finished=all(name in tallies and tallies[name].finished for name in cycle.spans),
        orders_new=count("new", "orders"),
        orders_manual=count("manual", "orders"),
        orders_updated=count("changed", "orders") - count("new", "orders"),
        labels_new=count("new", "shipments", "voids"),
    )
