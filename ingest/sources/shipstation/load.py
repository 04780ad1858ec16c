"""Loading ShipStation into the worker's warehouse: what changed, or one window of a backfill."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

import dlt

from ingest.client.account import Account
from ingest.client.http import Client
from ingest.client.pacific_time import earliest_instant, parse_wall
from ingest.errors import IngestError
from ingest.exceptions import ExceptionRow
from ingest.pipeline import Progress, Warehouse, create_pipeline, held_open, load
from ingest.sources.shipstation.awaited_orders import awaited_orders
from ingest.sources.shipstation.backfill_span import BackfillSpan
from ingest.sources.shipstation.empty_orders import (
    YOUNG,
    FetchReport,
    due_orders,
    fetch_due_orders,
    fetched_orders,
)
from ingest.sources.shipstation.load_cycle import Cycle, Span, Tally
from ingest.sources.shipstation.load_exceptions import UNREADABLE, unreadable_id, watermark_fallback
from ingest.sources.shipstation.load_report import LoadReport, report_of
from ingest.sources.shipstation.loaded_spans import of_sync
from ingest.sources.shipstation.order_states import OPEN_STATES
from ingest.sources.shipstation.records import FULFILLMENTS, ORDERS, RecordKind
from ingest.sources.shipstation.shipstation_source import shipstation_source
from ingest.sources.shipstation.stored_rows import StoredRows
from ingest.sources.shipstation.watermarks import (
    FALLBACK_DAYS,
    LISTS,
    Start,
    reference_lists_due,
    start_of,
    with_recent_rows,
)

SOURCE = "shipstation"
# Rows of one committed window of a backfill: about 60 MB of payloads. 10,000 took a quarter more time in all.
WINDOW_ROWS = 25_000
# A list of changes shows neither deleted orders nor voided fulfillments. A cycle's one page has room, so the
# newest stored rows are read once more: that costs no request, and shows both.
_READ_AGAIN = (("orders", ORDERS, "modify_date"), ("fulfillments", FULFILLMENTS, "create_date"))
_SHARE_READ_AGAIN = 0.6
_SECONDS_FOR_THE_CLOCK = 15.0


def load_changes(account: Account, warehouse: Warehouse, progress: Progress = lambda *_: None) -> LoadReport:
    """Load everything that changed in ShipStation since the watermarks.

    Args:
        account: The account to read from.
        warehouse: Where to load; missing raw tables are created.
        progress: Called with (list name, rows so far, rows expected).

    Raises:
        IngestError: Nothing was loaded, and no watermark was moved.
    """
    with _opened(account, warehouse) as (pipeline, client, store):
        marks = store.read_watermarks()
        starts = _starts(client, store, marks, account)
        cycle = Cycle(
            client=client,
            store=store,
            arrived_by="sync",
            spans={name: Span(start.at) for name, start in starts.items()},
            marks_before=marks,
            next_marks=lambda tallies: {
                name: _later(tallies, name, starts[name].at if starts[name].fallback else marks[name])
                for name in LISTS
            },
            read_spans=of_sync,
            is_new_span=any(start.fallback for start in starts.values()),
            reads_reference_lists=reference_lists_due(marks, datetime.now(UTC)),
            exceptions=_fallbacks(starts["orders"].fallback, client.server_now()),
            progress=progress,
        )
        return _load_cycle(pipeline, cycle)


def prepare_tables(warehouse: Warehouse) -> None:
    """Create ShipStation's raw tables, which the models read, where they are missing. Sends no request."""
    with _opened(Account(base_url="", key="", secret=""), warehouse) as (pipeline, client, store):
        if "watermarks" in store.tables:
            return
        cycle = Cycle(
            client=client,
            store=store,
            arrived_by="backfill",
            spans={},
            marks_before={},
            next_marks=lambda _tallies: {},
        )
        _load_cycle(pipeline, cycle)


def load_backfill_window(
    account: Account,
    warehouse: Warehouse,
    since: datetime,
    until: datetime | None,
    progress: Progress = lambda *_: None,
    window_rows: int = WINDOW_ROWS,
) -> LoadReport:
    """Load the next window of a span of modification dates; call again until the report says finished.

    Args:
        account: The account to read from.
        warehouse: Where to load.
        since: First instant (UTC).
        until: Last instant (UTC), None for now.
        progress: Called with (list name, rows so far, rows expected).
        window_rows: About how many rows one window loads.

    Raises:
        IngestError: Earlier windows stay loaded, and the next call continues after them.
    """
    with _opened(account, warehouse) as (pipeline, client, store):
        span = BackfillSpan(since, until, store.read_watermarks())
        client.is_authenticated = span.is_begun
        cycle = Cycle(
            client=client,
            store=store,
            arrived_by="backfill",
            spans=span.unread(),
            marks_before=span.marks,
            next_marks=span.next_marks,
            read_spans=span.read_spans,
            is_new_span=True,
            most_rows=window_rows,
            # Not by each window, even if they fail.
            reads_reference_lists=not span.is_begun and reference_lists_due(span.marks, datetime.now(UTC)),
            progress=progress,
        )
        return _load_cycle(pipeline, cycle)


@contextmanager
def _opened(account: Account, warehouse: Warehouse) -> Iterator[tuple[dlt.Pipeline, Client, StoredRows]]:
    pipeline = create_pipeline(warehouse, SOURCE)
    with Client(account) as client, held_open(pipeline) as database:
        yield pipeline, client, StoredRows(database)


def _load_cycle(pipeline: dlt.Pipeline, cycle: Cycle) -> LoadReport:
    # The cycle's client has the credentials.
    load(pipeline, shipstation_source(api_key="", api_secret="", cycle=cycle))
    return report_of(cycle, _fetch_by_id(pipeline, cycle) if cycle.arrived_by == "sync" else FetchReport())


def _starts(client: Client, store: StoredRows, marks: dict[str, datetime], account: Account) -> dict[str, Start]:
    """Return where each list is read from."""
    now = _now(client, marks)
    starts = {name: start_of(marks.get(name), now=now, overlap=account.overlap) for name in LISTS}
    for name, kind, date_column in _READ_AGAIN:
        starts[name] = with_recent_rows(starts[name], _recent(store, kind, date_column, account.page_size))
    return starts


def _fetch_by_id(pipeline: dlt.Pipeline, cycle: Cycle) -> FetchReport:
    """Fetch the orders that are due by their ids, those of this cycle included, and load them."""
    now = datetime.now(UTC)
    last_fetched = cycle.store.last_fetched()
    # Once a day all labels are searched for orders that were never loaded, otherwise those of the last day.
    named = cycle.store.orders_named(None if cycle.reads_reference_lists else now - YOUNG)
    waiting = [state for state in cycle.states.values() if state.state in OPEN_STATES]
    waiting += awaited_orders(named, cycle.states, last_fetched)
    report = fetch_due_orders(cycle.client, due_orders(waiting, last_fetched, now, cycle.unlisted), now)
    if report.fetched:
        load(pipeline, fetched_orders(report, cycle.store, now))
    return report


def _recent(store: StoredRows, kind: RecordKind, date_column: str, page_size: int) -> datetime | None:
    """Return the date from which a list has as many rows as are read again; None while whole pages of it fail."""
    unreadable = [key for key in store.open_exceptions() if key.startswith(f"{UNREADABLE}/{kind.table}:")]
    if any(unreadable_id(key) is None for key in unreadable):
        return None
    wall = parse_wall(store.date_of_newest(kind, date_column, int(page_size * _SHARE_READ_AGAIN)))
    return earliest_instant(wall) if wall else None


def _now(client: Client, marks: dict[str, datetime]) -> datetime:
    """Return the current instant; ShipStation's clock is read only when a watermark is ahead of ours."""
    now = client.server_now()
    if any(marks[name] > now for name in LISTS if name in marks):
        # Any answer has it, even an unusable one.
        with suppress(IngestError), client.hurried(_SECONDS_FOR_THE_CLOCK):
            client.get("/stores", attempts=1)
        now = client.server_now()
    return now


def _later(tallies: dict[str, Tally], name: str, otherwise: datetime) -> datetime:
    """Return a list's next watermark, which only moves forward: the newest date seen, or where it was."""
    seen = tallies[name].last_seen if name in tallies else None
    return max(seen, otherwise) if seen else otherwise


def _fallbacks(reason: str | None, now: datetime) -> list[ExceptionRow]:
    return [watermark_fallback("orders", reason, FALLBACK_DAYS, now)] if reason else []
