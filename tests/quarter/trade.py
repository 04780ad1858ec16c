"""The orders, labels, voids and entries of the quarter: the same each time, whatever is pressed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sandbox import Book, BusinessPlan, Clock, generate_business
from sandbox.pacific import CHICAGO, to_ms, wall_text
from workflows.config.settings import Settings
from workflows.entries.entry_rules import Kind
from workflows.entries.recording import EntryRequest, record_entry

BEGINS, ENDS = date(2026, 10, 1), date(2027, 1, 4)
# Orders that are there before the quarter begins.
_OLDEST = datetime(2026, 9, 14, 12, tzinfo=UTC)
_FIRST_LABEL = 990_001
# Saturdays and a Sunday with shipments; the month of the first ends with it.
WEEKENDS = (date(2026, 10, 10), date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 28), date(2026, 12, 26))
MONTHS_LAST_WEEKDAYS = (date(2026, 10, 30), date(2026, 11, 30), date(2026, 12, 31))
CHRISTMAS = date(2026, 12, 25)
CLOSED_FOR_HOLIDAYS = (date(2026, 11, 26), CHRISTMAS, date(2027, 1, 1))


@dataclass(frozen=True)
class Business:
    """The business of the quarter: its book in ShipStation, and the home that takes its entries."""

    book: Book
    settings: Settings


Event = Callable[[Business, datetime], None]


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """An instant (UTC) of the business's clock."""
    return datetime.combine(day, time(hour, minute), CHICAGO).astimezone(UTC)


def open_book(clock: Clock) -> Book:
    """A book with the weeks before the quarter, which can go on trading."""
    return generate_business(BusinessPlan(start=_OLDEST, end=at(BEGINS, 5), orders_per_day=5), Book(clock))


def events() -> list[tuple[datetime, Event]]:
    """All events, each with its instant."""
    return [*_trade(), *_corrections()]


def _trade() -> Iterator[tuple[datetime, Event]]:
    day = BEGINS
    while day < ENDS:
        if day in WEEKENDS:
            yield at(day, 10), _steps(6)
        elif day.weekday() < 5 and day not in CLOSED_FOR_HOLIDAYS:
            yield at(day, 9), _steps(7)
            yield at(day, 12, 45), _steps(7)
        if day in MONTHS_LAST_WEEKDAYS:
            # After the close of the month.
            yield at(day, 16), _steps(6)
        day += timedelta(days=1)


def _steps(count: int) -> Event:
    def trade(business: Business, instant: datetime) -> None:
        business.book.trade(count, instant)

    return trade


def _corrections() -> Iterator[tuple[datetime, Event]]:
    """Changes to days that are already billed: each comes after its month's close, some after two closes."""
    october, november = date(2026, 10, 14), date(2026, 11, 5)
    yield at(date(2026, 11, 4), 11), _void_label_of(october)
    yield at(date(2026, 11, 4), 11, 5), _label_late(_FIRST_LABEL, date(2026, 10, 29))
    yield at(date(2026, 11, 10), 15), _enter("receive", date(2026, 10, 20), "17612", 480, "250777")
    yield at(date(2026, 12, 8), 11), _void_label_of(date(2026, 10, 6))
    yield at(date(2026, 12, 8), 11, 5), _void_label_of(november)
    yield at(date(2026, 12, 8), 11, 10), _void(_FIRST_LABEL)
    yield at(date(2026, 12, 8), 11, 15), _label_late(_FIRST_LABEL + 1, date(2026, 11, 27))
    yield at(date(2026, 12, 9), 15), _enter("adjust", date(2026, 11, 12), "17904", -90, None)
    yield at(date(2027, 1, 4), 9, 30), _void_label_of(date(2026, 12, 30))


def _void_label_of(day: date) -> Event:
    def void(business: Business, instant: datetime) -> None:
        business.book.void_shipment(_labels(business.book, day)[0], instant)

    return void


def _void(label: int) -> Event:
    def void(business: Business, instant: datetime) -> None:
        business.book.void_shipment(label, instant)

    return void


def _label_late(label: int, day: date) -> Event:
    """A second package of an order of that day, with a label that arrives late."""

    def come(business: Business, instant: datetime) -> None:
        first = business.book.shipment(_labels(business.book, day)[-1])
        second = {"shipmentId": label, "createDate": wall_text(to_ms(instant)), "shipmentCost": 12.34}
        business.book.put_shipment(first | second)

    return come


def _labels(book: Book, day: date) -> list[int]:
    """The labels of a ship date that are not void, are no return labels and list goods."""
    rows = [
        row
        for row in (record.row() for record in book.newest("shipments"))
        if row["shipDate"] == f"{day}" and not row["voided"] and not row["isReturnLabel"] and row["shipmentItems"]
    ]
    return sorted(int(row["shipmentId"]) for row in rows)


def _enter(kind: Kind, day: date, sku: str, quantity: int, lot: str | None) -> Event:
    def enter(business: Business, _instant: datetime) -> None:
        record_entry(
            business.settings, EntryRequest(kind, sku, quantity, day, "ann", lot_number=lot, reason="found later")
        )

    return enter
