"""Pressing EOD, EOW and EOM through the quarter: the real jobs, over HTTP, each at its own instant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from sandbox import Clock
from sandbox.pacific import CHICAGO
from tests.dbt.plain_ledger import PlainLedger
from tests.quarter.trade import (
    BEGINS,
    CHRISTMAS,
    CLOSED_FOR_HOLIDAYS,
    ENDS,
    MONTHS_LAST_WEEKDAYS,
    Business,
    at,
    events,
    open_book,
)
from tests.reports.reading_files import sheets_of
from tests.support.command_line import CommandLine
from tests.support.own_worker import done, working
from tests.support.sandboxes import quiet_sandbox
from tests.workflows.at_an_instant import present
from workflows.config.home_directory import prepare_home
from workflows.config.periods import CloseKind
from workflows.config.settings_reader import read_settings
from workflows.jobs.client import JobClient

Press = tuple[datetime, CloseKind]
# What is charged for, and its column of an invoice's sheet; the columns of the marts are in the same order.
_COLUMNS = {"orders": "Order charge", "handling": "Handling", "storage": "Storage", "postage": "Postage"}
_CHARGES = ("order_charge_cents", "handling_charge_cents", "storage_charge_cents", "postage_cents")
LAST_DAY = date(2026, 12, 31)
_FRIDAY = 4


def every_press() -> list[Press]:
    """EOD on each weekday after shipping, EOW on Fridays after it, EOM on the month's last weekday."""
    return sorted(_presses())


def presses_around_the_months_ends() -> list[Press]:
    """EOM, the days before and the Fridays around it; not the EOD or EOW that the next close makes by itself."""
    before = {last - timedelta(days=1) for last in (MONTHS_LAST_WEEKDAYS[0], MONTHS_LAST_WEEKDAYS[2])}
    fridays = {date(2026, 11, 27), _friday_after(MONTHS_LAST_WEEKDAYS[-1])}
    days = {"eod": {*before, *MONTHS_LAST_WEEKDAYS[:2]}, "eow": {MONTHS_LAST_WEEKDAYS[0], *fridays}}
    return [
        (instant, kind)
        for instant, kind in every_press()
        if kind == "eom" or instant.astimezone(CHICAGO).date() in days[kind]
    ]


def _friday_after(day: date) -> date:
    return day + timedelta(days=(_FRIDAY - day.weekday()) % 7 or 7)


def _presses() -> Iterator[Press]:
    day = BEGINS
    while day < ENDS:
        if day.weekday() <= _FRIDAY and day not in CLOSED_FOR_HOLIDAYS:
            yield at(day, 13, 30), "eod"
        if day.weekday() == _FRIDAY and day != CHRISTMAS:
            yield at(day, 13, 40), "eow"
        if day in MONTHS_LAST_WEEKDAYS:
            yield at(day, 13, 50), "eom"
        day += timedelta(days=1)


@dataclass(frozen=True)
class Quarter:
    """The quarter once it is over.

    Attributes:
        line: The command line of its home.
        closed: The result of each press, in order.
    """

    line: CommandLine
    closed: Sequence[dict[str, Any]]

    def invoices(self) -> dict[str, dict[str, int]]:
        """Each invoice's workbook, as it was made at the close; see `_invoice`."""
        return {
            close["period"]: _invoice(sheets_of(Path(close["reports"][1])))
            for close in self.closed
            if close["kind"] == "eom"
        }

    def restated(self, condition: str = "true") -> Counter[str]:
        """Cents by component of restatements, including those that an open month is going to bill."""
        sums = ", ".join(f"coalesce(sum({column}), 0)::bigint" for column in _CHARGES)
        [row] = self.line.published(f"select {sums} from marts.charge_restatements where {condition}")
        return Counter(dict(zip(_COLUMNS, row, strict=True)))

    def recomputed(self) -> Counter[str]:
        """Cents by component of the quarter's days, worked out by plain Python from the raw rows."""
        with duckdb.connect() as connection:
            connection.execute(f"attach '{self.line.home / 'warehouse.duckdb'}' as warehouse (read_only)")
            bill = PlainLedger(connection).bill()
        total: Counter[str] = Counter()
        for day, (*_, orders, handling, storage, postage, _total, _pallets) in bill.items():
            if BEGINS <= day <= LAST_DAY:
                total.update(dict(zip(_COLUMNS, (orders, handling, storage, postage), strict=True)))
        return total

    def comparison(self) -> list[tuple[str, int, int, int, int]]:
        """By component and in total, cents: invoiced, restated in them, still to be restated, recomputed."""
        invoices = self.invoices().values()
        billed, open_, recomputed = self.restated("is_closed"), self.restated("not is_closed"), self.recomputed()
        rows = [
            (name, sum(one[name] for one in invoices), billed[name], open_[name], recomputed[name])
            for name in _COLUMNS
        ]
        due = sum(one["total due"] for one in invoices)
        return [*rows, ("total", due - billed.total(), billed.total(), open_.total(), recomputed.total())]


def live_through(
    home: Path, presses: Sequence[Press], on_press: Callable[[str], None] = lambda _: None
) -> Quarter:
    """Run the quarter in a home that is empty (except for dbt's parsed project), until the Monday after it."""
    clock = Clock()
    book = open_book(clock)
    with quiet_sandbox(book) as box:
        line = CommandLine(home, box.url)
        settings = read_settings(line.environment())
        prepare_home(settings)
        with present(at(BEGINS, 5)), working(settings) as jobs:
            closed = list(_live(Business(book, settings), clock, jobs, presses, on_press))
    return Quarter(line, closed)


def _live(
    business: Business, clock: Clock, jobs: JobClient, presses: Sequence[Press], on_press: Callable[[str], None]
) -> Iterator[dict[str, Any]]:
    everything = {"since": "2025-09-19T05:00:00+00:00", "until": None}
    timeline: list[tuple[datetime, Callable[[], dict[str, Any] | None]]] = [
        *((instant, partial(event, business, instant)) for instant, event in events()),
        (at(BEGINS, 6), partial(_done, jobs, "backfill", everything)),
        *((instant, partial(_done, jobs, kind, {})) for instant, kind in presses),
        (at(ENDS, 10), partial(_done, jobs, "sync", {})),
    ]
    for instant, act in sorted(timeline, key=lambda entry: entry[0]):
        clock.set_skew((instant - datetime.now(UTC)).total_seconds())
        with present(instant):
            given = act()
        if given is not None and "period" in given:
            on_press(f"{instant:%Y-%m-%d %H:%M}  {given['kind']} {given['period']}: {given['summary']}")
            yield given


def _done(jobs: JobClient, kind: str, arguments: dict[str, Any]) -> dict[str, Any]:
    job = done(jobs, kind, **arguments)
    assert job.result is not None, f"{kind}: {job.error}"
    return job.result


def _invoice(sheets: dict[str, list[list[Any]]]) -> dict[str, int]:
    """Cents of a bill as its sheets add them up: of its days by component, what is restated, and the total due."""
    header = next(row for row in sheets["Day by day"] if row[0] == "Day")
    days = dict(zip(header, next(row for row in sheets["Day by day"] if row[0] == "Total"), strict=True))
    amounts = {name: days[column] for name, column in _COLUMNS.items()}
    restated = next(row for row in sheets["Restatements of earlier months"] if row[0] == "Total")
    due = next(row for row in sheets["Charges"] if row[0] == "Total due")
    return {
        name: round(100 * amount)
        for name, amount in (amounts | {"restated": restated[-1] or 0, "total due": due[-1]}).items()
    }
