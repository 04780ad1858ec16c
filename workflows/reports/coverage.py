"""How much of a period is loaded, by the spans of time that were read, never by the rows that happen to exist."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import duckdb

from workflows.config.periods import Period, begin_of
from workflows.errors import Advice, load_advice, load_command

# Both are those of `ingest.sources.shipstation.watermarks`, which is not imported here: it would make every
# command wait for its libraries.
LISTS = ("orders", "shipments", "voids", "fulfillments")
# What a sync reads when it has no watermark to go on from.
FALLBACK = timedelta(days=30)
# A label may be bought so many days before the ship date that is printed on it.
_BOUGHT_AHEAD = timedelta(days=7)
_LOADED = """
    select
        (select timezone from marts.snapshot_info),
        (select min(transaction_date) from marts.inventory_transactions where transaction_type = 'opening'),
        (
            select min(charge_date)
            from (from marts.charge_report_daily union all by name from marts.closing_days)
        ),
        (select min(ship_date) from marts.charge_details where is_missing)
"""
_STRETCHES = """
    select list_name, epoch_us(from_at), epoch_us(until_at), is_continued
    from marts.loaded_spans order by all
"""


@dataclass(frozen=True)
class Stretch:
    """A stretch of time (UTC) of which all that changed in a list is loaded; see `marts.loaded_spans`."""

    list_name: str
    from_at: datetime
    until_at: datetime
    is_continued: bool


@dataclass(frozen=True)
class Gap:
    """Business days of which something is not loaded: the first, the last, and whether a watermark lies behind."""

    first: date
    last: date
    is_followed: bool = True

    @property
    def days(self) -> str:
        """Its days, for a sentence."""
        return f"{self.first}" if self.first == self.last else f"{self.first} to {self.last}"

    @property
    def command(self) -> str:
        """The command that loads it; up to now where no sync would go on from its end."""
        return load_command(self.first, self._until)

    def advice(self, then: str = "") -> Advice:
        """Return the advice to load it; `then` goes on."""
        return load_advice(self.first, self._until, then)

    @property
    def _until(self) -> date | None:
        return self.last if self.is_followed else None


@dataclass(frozen=True)
class Loaded:
    """What is loaded, by a snapshot.

    Attributes:
        zone: The business's time zone.
        opening_day: The day whose end the opening balances are of.
        stretches: Of which times each list is loaded.
        charged_from: The first day with charges; None when there is none.
        missing_since: The first day that a closed month billed and that is not loaded; None when all are.
    """

    zone: ZoneInfo
    opening_day: date
    stretches: Sequence[Stretch] = ()
    charged_from: date | None = None
    missing_since: date | None = None

    def gap_of(self, period: Period, now: datetime, *, syncs_first: bool = False) -> Gap | None:
        """Return what a period lacks: changes since shortly before it began; of a month since the opening day.

        Storage is charged by the stock, which depends on every shipment since the opening balances.

        Args:
            period: The period.
            now: The present instant, UTC.
            syncs_first: Whether a sync comes first; it reads from the watermark, or the default span without one.
        """
        first = self.opening_day if period.kind == "eom" else period.first - _BOUGHT_AHEAD
        return self._gap_since(max(first, self.opening_day), now, syncs_first)

    def stock_gap(self, now: datetime) -> Gap | None:
        """Return what the stock lacks: changes since the opening balances."""
        return self._gap_since(self.opening_day, now, False)

    def _gap_since(self, day: date, now: datetime, syncs_first: bool) -> Gap | None:
        start = begin_of(day, self.zone)
        holes = [hole for name in LISTS for hole in _holes(self._known(name, now, syncs_first), start, now)]
        if not holes:
            return None
        end = max(end for _, end in holes) - timedelta(microseconds=1)
        return Gap(
            min(begin for begin, _ in holes).astimezone(self.zone).date(),
            end.astimezone(self.zone).date(),
            is_followed=any(stretch.is_continued for stretch in self.stretches),
        )

    def _known(self, list_name: str, now: datetime, syncs_first: bool) -> Iterator[tuple[datetime, datetime]]:
        mine = [stretch for stretch in self.stretches if stretch.list_name == list_name]
        for stretch in mine:
            yield stretch.from_at, now if stretch.is_continued else stretch.until_at
        if syncs_first and not any(stretch.is_continued for stretch in mine):
            yield now - FALLBACK, now


def read_loaded(connection: duckdb.DuckDBPyConnection) -> Loaded | None:
    """Read what is loaded from an open snapshot; None from one of an earlier release, which does not say it."""
    try:
        [(zone, opening_day, charged_from, missing_since)] = connection.execute(_LOADED).fetchall()
        stretches = connection.execute(_STRETCHES).fetchall()
    except duckdb.CatalogException:
        return None
    if opening_day is None:
        return None
    return Loaded(
        ZoneInfo(zone),
        opening_day,
        tuple(Stretch(name, _instant(begin), _instant(end), is_open) for name, begin, end, is_open in stretches),
        charged_from,
        missing_since,
    )


def _holes(
    known: Iterator[tuple[datetime, datetime]], start: datetime, end: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """Return the spans between a start and an end that no known span covers."""
    reached = start
    for begin, until in sorted(known):
        if min(begin, end) > reached:
            yield reached, min(begin, end)
        reached = max(reached, until)
    if reached < end:
        yield reached, end


def _instant(epoch_us: int) -> datetime:
    return datetime.fromtimestamp(epoch_us / 1e6, UTC)


def not_loaded(period: Period, loaded: Loaded, now: datetime) -> str | None:
    """Return the days that a period lacks, as text; None when it is complete."""
    gap = loaded.gap_of(period, now)
    if period.first <= loaded.opening_day:
        last = gap.last if gap else loaded.opening_day
        return Gap(period.first, max(last, loaded.opening_day)).days
    return gap.days if gap else None
