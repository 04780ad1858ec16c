"""The generated business: a seeded history of orders up to now, which trading continues."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from sandbox.book import Book
from sandbox.house import House, Store
from sandbox.pacific import CHICAGO, business_date, to_ms
from sandbox.resources import Row
from sandbox.stories import Stories
from sandbox.trading import Trader
from sandbox.workdays import Workdays

_OPENS_HOUR, _HOURS = 6, 14
_HOUR_MS = 3_600_000


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class BusinessPlan:
    """What to generate.

    Attributes:
        seed: The same seed and span give the same rows.
        end: The instant at which the history ends; recent orders are still open then.
        weeks: The length of the history, unless `start` is given.
        start: The instant at which the history begins.
        orders_per_day: Mean over all days of the week.
    """

    seed: int = 1
    end: datetime = field(default_factory=_now)
    weeks: float = 60
    start: datetime | None = None
    orders_per_day: float = 30

    @property
    def begins(self) -> datetime:
        """The instant at which the history begins."""
        return self.start or self.end - timedelta(weeks=self.weeks)


def generate_business(plan: BusinessPlan | None = None, book: Book | None = None) -> Book:
    """Fill a book (default: a new one) with a generated history, which `Book.trade` continues.

    Its receipts go into `book.receipts`. ValueError when the span is empty.
    """
    plan = plan or BusinessPlan()
    begin, end = to_ms(plan.begins), to_ms(plan.end)
    if begin >= end or plan.orders_per_day <= 0:
        raise ValueError("A business needs a start before its end and more than 0 orders a day.")
    book = book if book is not None else Book()
    expected = round((end - begin) / 86_400_000 * plan.orders_per_day)
    house = House(plan.seed, plan.orders_per_day, expected)
    first = plan.begins.astimezone(CHICAGO).date()
    days = Workdays(house.rng, first)
    stories = Stories(house, days, end)
    with book.lock:
        house.store = _loader(book)
        if plan.orders_per_day > 60:
            # The opening stock fits a small business: a large one gets a delivery before its first day.
            house.stock.begin_day((first - timedelta(days=1)).isoformat(), True)
        for number in range(days.number_of(date.fromisoformat(business_date(end))) + 1):
            _generate_day(house, stories, days, number, begin, end)
        book.receipts = house.stock.receipts
        book.set_trader(Trader(house))
    return book


def _generate_day(house: House, stories: Stories, days: Workdays, number: int, begin: int, end: int) -> None:
    day = days.day(number)
    house.stock.begin_day(day.text, day.is_working)
    chance = house.rng.random
    opens = day.starts + _OPENS_HOUR * _HOUR_MS
    count = days.orders_of(number, house.orders_per_day)
    for ms in sorted([opens + int(chance() * _HOURS * _HOUR_MS) for _ in range(count)]):
        if begin <= ms < end:
            stories.generate(ms, number)


def _loader(book: Book) -> Store:
    tables = {name: book.table(name) for name in ("orders", "shipments", "fulfillments")}

    def store(name: str, row: Row) -> None:
        table = tables[name]
        table.put(table.record_of(row))

    return store
