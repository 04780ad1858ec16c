"""Uploading the shop's orders to ShipStation: look them up, plan, send, record; never the same order twice.

Before a request goes out, the log gets `sending`. Whatever happens then (no answer, a killed process), the next
run looks the order up, and sends it again only when ShipStation has not listed it for a while. ShipStation accepts
one order for each key, so even two runs at once could not create two orders.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime

from ingest.client.account import Account
from ingest.client.http import Client
from ingest.errors import ApiRefused, IngestError, OutcomeUnknown
from ingest.sources.xcart.order_upload import (
    MOST_ORDERS,
    LookUp,
    Sent,
    from_shipstation,
    look_up,
    send,
    to_shipstation,
)
from workflows.config.settings import Settings
from workflows.config.thresholds import UPLOADS_SETTLE_IN
from workflows.cycle.engine import Facts, Report
from workflows.xcart.upload_log import UploadEvent, append_events, last_events
from workflows.xcart.upload_plan import Held, LocalOrder, Planned, plan
from workflows.xcart.upload_stock import Stock, open_stock

log = logging.getLogger(__name__)


@dataclass
class _Upload:
    """One run of an upload, and its results so far."""

    settings: Settings
    client: Client
    stock: Stock
    run_id: str
    events: dict[str, UploadEvent]
    planned: list[Planned] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    uploaded: list[UploadEvent] = field(default_factory=list)
    refused: list[UploadEvent] = field(default_factory=list)
    unanswered: list[Planned] = field(default_factory=list)

    def note(self, events: Sequence[UploadEvent]) -> None:
        """Write events to the log."""
        append_events(self.settings.operations, self.run_id, events)
        self.events.update({event.order_key: event for event in events})


def upload(settings: Settings, account: Account, run_id: str, *, sends: bool, report: Report) -> Facts:
    """Send waiting orders, or list what would be sent.

    Args:
        settings: The configuration; the warehouse and ledger must be those of a build just made.
        account: Where to send.
        run_id: The run, for the log.
        sends: Whether to send; otherwise nothing is sent or recorded.
        report: Called with ("upload", orders done, orders in all).

    Raises:
        IngestError: ShipStation could not be reached at all; what was sent before is recorded.
    """
    with Client(account) as client, open_stock(settings) as stock:
        # The job has just synced with this login.
        client.is_authenticated = True
        job = _Upload(settings, client, stock, run_id, last_events(settings.operations))
        _plan_upload(job, sends=sends)
        if sends:
            _note_held(job)
            done = 0
            for batch in _batches(job):
                _send_batch(job, batch)
                done += len(batch)
                report("upload", done, len(job.planned))
        return _facts(job, sent=sends)


def _plan_upload(job: _Upload, *, sends: bool) -> None:
    """Sort waiting orders into those ShipStation has, those that cannot be sent, and those that can."""
    not_back = job.stock.waiting()
    waiting = [order for order in not_back if _last_event(job, order.order_key) != "uploaded"]
    there = look_up(job.client, [order.order_number for order in waiting if not order.is_manual_number])
    found = {order.order_key: event for order in waiting if (event := _as_found(job, order, there)) is not None}
    job.uploaded += found.values()
    if sends and found:
        job.note(list(found.values()))
    due: dict[str, LocalOrder] = {}
    for order in waiting:
        if order.order_key in found:
            continue
        problem = _why_not_now(job, order, there)
        if problem is None:
            due[order.order_key] = order
        else:
            job.held.append(Held(order.order_key, order.order_number, *problem))
    last_events = job.events | found
    under_way = [
        last_events[key] for order in not_back if (key := order.order_key) in last_events and key not in due
    ]
    pending = [event for event in under_way if event.event in ("sending", "uploaded")]
    job.planned, held = plan(due.values(), job.stock.free_lots(pending))
    job.held += held + job.stock.partly_there()


def _as_found(job: _Upload, order: LocalOrder, there: LookUp) -> UploadEvent | None:
    """Return the order as uploaded, if ShipStation has one with its key."""
    for payload in there.found.get(order.order_number, ()):
        if payload.get("orderKey") == order.order_key:
            before = job.events.get(order.order_key)
            return UploadEvent(
                order.order_key,
                order.order_number,
                "uploaded",
                "found there",
                payload.get("orderId"),
                (before.lines if before else ()) or from_shipstation(payload),
            )
    return None


def _why_not_now(job: _Upload, order: LocalOrder, there: LookUp) -> tuple[str, str] | None:
    """Return why an order cannot be sent by this run, whatever the stock: a reason and a sentence."""
    if order.order_number in there.unknown:
        return "lookup_failed", "ShipStation could not be asked whether it has this order. Upload again."
    if there.found.get(order.order_number):
        return "already_there", (
            "ShipStation has an order of this number that did not come from here. Compare the two there."
        )
    last = job.events.get(order.order_key)
    if last is not None and last.event == "sending" and last.noted_at is not None:
        again_at = last.noted_at + UPLOADS_SETTLE_IN
        if datetime.now(UTC) < again_at:
            return "unanswered", (
                f"It was sent at {last.noted_at:%Y-%m-%d %H:%M} UTC without an answer, and ShipStation does "
                f"not list it yet. Upload again after {again_at:%H:%M} UTC."
            )
    return None


def _batches(job: _Upload) -> Iterator[list[Planned]]:
    """Return the orders in batches; one that got no answer before goes alone and last, so it delays no other."""
    fresh = [one for one in job.planned if _last_event(job, one.order.order_key) != "sending"]
    alone = [one for one in job.planned if _last_event(job, one.order.order_key) == "sending"]
    for start in range(0, len(fresh), MOST_ORDERS):
        yield fresh[start : start + MOST_ORDERS]
    for one in alone:
        yield [one]


def _send_batch(job: _Upload, batch: Sequence[Planned]) -> None:
    payloads = job.stock.shop_payloads([one.order.order_number for one in batch])
    bodies = [
        to_shipstation(one.order.order_key, one.order.ordered_at, payloads[one.order.order_number], one.lines)
        for one in batch
    ]
    job.note([_event(one, "sending") for one in batch])
    try:
        results = send(job.client, bodies)
    except OutcomeUnknown as problem:
        log.warning("%s", problem)
        _look_up_again(job, batch)
    except ApiRefused as problem:
        if len(batch) > 1:
            job.note([_event(one, "held", "its batch was refused") for one in batch])
            for one in batch:
                _send_batch(job, [one])
        else:
            _note_results(job, batch, {batch[0].order.order_key: Sent(None, str(problem))})
    except IngestError:
        job.note([_event(one, "held", "ShipStation could not be reached") for one in batch])
        raise
    else:
        _note_results(job, batch, results)


def _look_up_again(job: _Upload, batch: Sequence[Planned]) -> None:
    """After no answer: record the orders that ShipStation lists by now; the others may still arrive."""
    there = look_up(job.client, [one.order.order_number for one in batch])
    arrived = {
        event.order_key: Sent(event.shipstation_order_id, None)
        for one in batch
        if (event := _as_found(job, one.order, there)) is not None
    }
    _note_results(job, batch, arrived)


def _note_results(job: _Upload, batch: Sequence[Planned], results: dict[str, Sent]) -> None:
    """Record the result of each order, by its key; one without a result stays `sending`."""
    noted: list[UploadEvent] = []
    for one in batch:
        result = results.get(one.order.order_key)
        if result is None:
            job.unanswered.append(one)
        elif result.error is not None:
            noted.append(_event(one, "refused", f"ShipStation refused it: {result.error}"))
        else:
            noted.append(_event(one, "uploaded", None, result.shipstation_order_id))
    job.note(noted)
    job.uploaded += [event for event in noted if event.event == "uploaded"]
    job.refused += [event for event in noted if event.event == "refused"]


def _note_held(job: _Upload) -> None:
    """Log why orders are held, once for each reason; one that may have arrived stays `sending`."""
    news = []
    for held in job.held:
        last = job.events.get(held.order_key)
        if held.reason == "partly_there" or (last is not None and last.event == "sending"):
            continue
        if last is None or (last.event, last.detail) != ("held", held.detail):
            news.append(UploadEvent(held.order_key, held.order_number, "held", held.detail))
    job.note(news)


def _event(one: Planned, event: str, detail: str | None = None, order_id: int | None = None) -> UploadEvent:
    return UploadEvent(
        one.order.order_key, one.order.order_number, event, detail, order_id, one.lines, datetime.now(UTC)
    )


def _last_event(job: _Upload, key: str) -> str | None:
    last = job.events.get(key)
    return last.event if last else None


def _why_nothing_is_sent(settings: Settings) -> str:
    return "this was a dry run" if settings.allow_upload else "SHIPLEDGER_ALLOW_UPLOAD is not 1"


def _facts(job: _Upload, *, sent: bool) -> Facts:
    """Return the result, without personal data."""
    return {
        "sent": sent,
        "why_nothing_is_sent": _why_nothing_is_sent(job.settings) if not sent else None,
        "planned": [
            {"order_number": one.order.order_number, "lines": [asdict(line) for line in one.lines]}
            for one in job.planned
        ],
        "uploaded": [
            {"order_number": event.order_number, "shipstation_order_id": event.shipstation_order_id}
            for event in job.uploaded
        ],
        "refused": [{"order_number": event.order_number, "detail": event.detail} for event in job.refused],
        "unanswered": [one.order.order_number for one in job.unanswered],
        "held": [
            {"order_number": held.order_number, "reason": held.reason, "detail": held.detail} for held in job.held
        ],
        "upload_requests": job.client.requests_sent,
    }
