"""The verbs of this package: load what changed, or one window of a backfill."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

import dlt

from ingest.client.account import Account
from ingest.client.http import Client
from ingest.client.pacific_time import earliest_instant, parse_wall
from ingest.errors import IngestError
from ingest.pipeline import Warehouse, create_pipeline, held_open, load
from ingest.sources.shipstation.awaited_orders import awaited_orders
from ingest.sources.shipstation.empty_orders import YOUNG, GhostReport, due_ghosts, ghosts, look_at_ghosts
from ingest.sources.shipstation.load_cycle import Cycle, Progress, Span, Tally
from ingest.sources.shipstation.load_exceptions import POISON, Finding, poisoned_id, watermark_fallback
from ingest.sources.shipstation.load_report import LoadReport, report_of
from ingest.sources.shipstation.loaded_spans import of_backfill, of_sync
from ingest.sources.shipstation.order_states import OPEN_STATES
from ingest.sources.shipstation.records import FULFILLMENTS, ORDERS, RecordKind
from ingest.sources.shipstation.shipstation_source import shipstation
from ingest.sources.shipstation.stored_rows import Store
from ingest.sources.shipstation.watermarks import (
    FALLBACK_DAYS,
    LISTS,
    reference_lists_due,
    start_of,
    with_recent_rows,
)

SOURCE = "shipstation"
# Rows of one committed window of a backfill: about 60 MB of payloads. 10,000 took a quarter more time in all.
WINDOW_ROWS = 25_000
# A list of changes shows neither deleted orders nor voided fulfillments. A cycle's one page has room,
# so the newest rows that we hold are read once more: it costs no request, and shows both.
_READ_AGAIN = (("orders", ORDERS, "modify_date"), ("fulfillments", FULFILLMENTS, "create_date"))
_SHARE_READ_AGAIN = 0.6
_SECONDS_FOR_THE_CLOCK = 15.0


def load_changes(account: Account, warehouse: Warehouse, progress: Progress = lambda *_: None) -> LoadReport:
    """Load everything that changed in ShipStation since the watermarks.

    Args:
        account: Where to read.
        warehouse: Where to load; its raw tables are made when missing.
        progress: Called with (list name, rows so far, rows expected).

    Raises:
        IngestError: With nothing half loaded and the watermarks where they were.
    """
    pipeline = create_pipeline(warehouse, SOURCE)
    with Client(account) as client, held_open(pipeline) as database:
        store = Store(database)
        marks = store.read_watermarks()
        now = _now(client, marks)
        starts = {name: start_of(marks.get(name), now=now, overlap=account.overlap) for name in LISTS}
        for name, kind, date_column in _READ_AGAIN:
            starts[name] = with_recent_rows(starts[name], _recent(store, kind, date_column, account.page_size))
        cycle = Cycle(
            client=client,
            store=store,
            arrived_by="sync",
            spans={name: Span(start.at) for name, start in starts.items()},
            now=datetime.now(UTC),
            marks_before=marks,
            states=store.order_states(),
            open_findings=store.open_findings(),
            next_marks=lambda tallies: {
                name: _later(tallies, name, starts[name].at if starts[name].fallback else marks[name])
                for name in LISTS
            },
            read_spans=of_sync,
            looks_before=any(start.fallback for start in starts.values()),
            page_size=account.page_size,
            findings=_fallbacks(starts["orders"].fallback, now),
            progress=progress,
        )
        with_references = reference_lists_due(marks, cycle.now)
        load(pipeline, shipstation(cycle, with_reference_lists=with_references))
        return report_of(cycle, _look_at_ghosts(pipeline, cycle, look_at_all=with_references), with_references)


def prepare_tables(warehouse: Warehouse) -> None:
    """Make ShipStation's raw tables, empty, where there are none yet; the models read them. Asks no API."""
    pipeline = create_pipeline(warehouse, SOURCE)
    with Client(Account(base_url="", key="", secret="")) as client, held_open(pipeline) as database:
        store = Store(database)
        if "watermarks" in store.tables:
            return
        cycle = Cycle(
            client=client,
            store=store,
            arrived_by="backfill",
            spans={},
            now=datetime.now(UTC),
            marks_before={},
            next_marks=lambda _tallies: {},
        )
        load(pipeline, shipstation(cycle, with_reference_lists=False))


def load_backfill_window(
    account: Account,
    warehouse: Warehouse,
    since: datetime,
    until: datetime | None,
    progress: Progress = lambda *_: None,
    window_rows: int = WINDOW_ROWS,
) -> LoadReport:
    """Load the next window of a span of modification dates; call again until the report says finished.

    How far a span was read is noted in the warehouse with each window, so a stopped backfill goes on where it
    was. The watermark is never moved back; it is moved forward when the span begins at or before it (or there
    is none) and ends now, because then nothing lies between.

    Args:
        account: Where to read.
        warehouse: Where to load.
        since: First instant (UTC).
        until: Last instant (UTC), None for now.
        progress: Called with (list name, rows so far, rows expected).
        window_rows: About how many rows one window loads.

    Raises:
        IngestError: With the windows before it kept.
    """
    pipeline = create_pipeline(warehouse, SOURCE)
    with Client(account) as client, held_open(pipeline) as database:
        store = Store(database)
        marks = store.read_watermarks()
        span_name = f"backfill {since.isoformat()} {until.isoformat() if until else 'now'} "
        is_begun = any(mark.startswith(span_name) for mark in marks)
        client.is_authenticated = is_begun
        cycle = Cycle(
            client=client,
            store=store,
            arrived_by="backfill",
            spans={
                name: Span(marks.get(span_name + name, since), until)
                for name in LISTS
                if f"{span_name}{name} done" not in marks
            },
            now=datetime.now(UTC),
            marks_before=marks,
            states=store.order_states(),
            open_findings=store.open_findings(),
            next_marks=lambda tallies: _backfill_marks(tallies, marks, span_name, since, until),
            read_spans=lambda cycle: of_backfill(cycle, span_name, since, until),
            looks_before=True,
            most_rows=window_rows,
            page_size=account.page_size,
            progress=progress,
        )
        # Lists that fail are asked for again by each sync, but not by each window.
        with_references = not is_begun and reference_lists_due(marks, cycle.now)
        load(pipeline, shipstation(cycle, with_reference_lists=with_references))
        return report_of(cycle, GhostReport(), with_references)


def _look_at_ghosts(pipeline: dlt.Pipeline, cycle: Cycle, *, look_at_all: bool) -> GhostReport:
    """Fetch the orders that are due by their ids, those of this cycle included, and load what came of it.

    Args:
        pipeline: Where to load.
        cycle: The cycle that was loaded.
        look_at_all: Whether to look for orders that never came among all labels, not only those of the last day.
    """
    now = datetime.now(UTC)
    looks = cycle.store.ghost_looks()
    named = cycle.store.orders_named(None if look_at_all else now - YOUNG)
    waiting = [state for state in cycle.states.values() if state.state in OPEN_STATES]
    waiting += awaited_orders(named, cycle.states, looks)
    report = look_at_ghosts(cycle.client, due_ghosts(waiting, looks, now, cycle.unlisted), now)
    if report.looked:
        load(pipeline, ghosts(report, cycle.store, now))
    return report


def _recent(store: Store, kind: RecordKind, date_column: str, page_size: int) -> datetime | None:
    """From when on a list holds as many rows as are read again; None while pages of it fail as a whole."""
    poisoned = [key for key in store.open_findings() if key.startswith(f"{POISON}/{kind.table}:")]
    if any(poisoned_id(key) is None for key in poisoned):
        return None
    wall = parse_wall(store.date_of_newest(kind, date_column, int(page_size * _SHARE_READ_AGAIN)))
    return earliest_instant(wall) if wall else None


def _now(client: Client, marks: dict[str, datetime]) -> datetime:
    """The current instant; ShipStation's clock is asked only when a watermark lies ahead of ours."""
    now = client.server_now()
    if any(marks[name] > now for name in LISTS if name in marks):
        # Any answer has it, even one that is of no other use.
        with suppress(IngestError), client.hurried(_SECONDS_FOR_THE_CLOCK):
            client.get("/stores", attempts=1)
        now = client.server_now()
    return now


def _later(tallies: dict[str, Tally], name: str, otherwise: datetime) -> datetime:
    """A watermark only moves forward: the newest date seen, or where it was."""
    seen = tallies[name].last_seen if name in tallies else None
    return max(seen, otherwise) if seen else otherwise


def _fallbacks(reason: str | None, now: datetime) -> list[Finding]:
    return [watermark_fallback("orders", reason, FALLBACK_DAYS, now)] if reason else []


def _backfill_marks(
    tallies: dict[str, Tally],
    marks: dict[str, datetime],
    span_name: str,
    since: datetime,
    until: datetime | None,
) -> dict[str, datetime | None]:
    noted: dict[str, datetime | None] = {}
    for name, tally in tallies.items():
        seen = max(filter(None, (tally.last_seen, marks.get(span_name + name))), default=None)
        if seen is not None:
            noted[span_name + name] = seen
        if tally.finished:
            noted[f"{span_name}{name} done"] = tally.read_at
    done = {name for name in LISTS if f"{span_name}{name} done" in noted or f"{span_name}{name} done" in marks}
    if done != set(LISTS):
        return noted
    reached = {name: noted.get(span_name + name, marks.get(span_name + name)) or since for name in LISTS}
    ended: dict[str, datetime | None] = dict.fromkeys({*noted, *(m for m in marks if m.startswith(span_name))})
    for name in LISTS if until is None else ():
        before = marks.get(name)
        if before is None or (since <= before < reached[name]):
            ended[name] = reached[name]
    return ended
