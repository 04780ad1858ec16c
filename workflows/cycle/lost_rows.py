"""Orders and packages of the published snapshot that a new build lacks, although ShipStation may have them.

An order or a label never leaves the warehouse: what is deleted, merged or voided in ShipStation stays as a row,
and retention only redacts. So a missing row was lost with the warehouse or a part of it. It is explained only when
ShipStation's list was read again since the snapshot, over the time at which it had the row, and no longer has it.
Deleted orders and void labels count nowhere, and are not missed.

Rows are compared by their ids, never by sums, which a release that changes the models may change.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb

from workflows.config.settings import Settings
from workflows.errors import Advice, PublicationRefused, load_advice, load_command

log = logging.getLogger(__name__)

_LOST = """
create temp table lost as
    select 'orders' as list_name, epoch_us(modified_at) as listed_at
    from published.marts.orders_inbox
    where
        not is_missing and modified_at is not null
        and shipstation_order_id not in (select built.shipstation_order_id from marts.orders_inbox as built)
    union all
    select
        if(package_kind = 'fulfillment', 'fulfillments', 'shipments') as list_name,
        epoch_us(created_at) as listed_at
    from published.marts.packages
    where
        not is_voided and created_at is not null
        and package_key not in (select built.package_key from marts.packages as built)
"""
# Spans with `proof` were inferred at an upgrade, not read since.
_READ_AGAIN = """
select list_name, epoch_us(from_at), epoch_us(until_at)
from raw_shipstation.read_spans where noted_at > ? and arrived_by <> 'proof'
"""
_EXPLAINED = """
delete from lost where exists (
    from read_again as span
    where span.list_name = lost.list_name and lost.listed_at between span.from_at and span.until_at
)
"""
_COUNTED = """
select
    count(*) filter (where list_name = 'orders'),
    (select count(*) from published.marts.orders_inbox),
    count(*) filter (where list_name <> 'orders'),
    (select count(*) from published.marts.packages),
    min(listed_at),
    max(listed_at)
from lost
"""
# Where the newest lost row of a list lies in a time that was never read, all of that time is to be read.
_GAP_ENDS = """
with newest as (
    select list_name, max(listed_at) as listed_at from lost group by list_name
), spans as (
    select list_name, epoch_us(from_at) as from_at, epoch_us(until_at) as until_at from marts.loaded_spans
)
select max(coalesce(
    (
        select min(spans.from_at) - 1 from spans
        where
            spans.list_name = newest.list_name and spans.from_at > newest.listed_at
            and not exists (
                from spans as around
                where around.list_name = newest.list_name
                    and newest.listed_at between around.from_at and around.until_at
            )
    ),
    newest.listed_at
))
from newest
"""


@dataclass(frozen=True)
class LostRows:
    """What a build lacks of the published snapshot.

    Attributes:
        orders: How many orders, of `published_orders`.
        packages: How many labels and fulfillments, of `published_packages`.
        first: The first business day on which one of them was last changed.
        last: The last such day.
        until: The last day to read again.
    """

    orders: int
    published_orders: int
    packages: int
    published_packages: int
    first: date
    last: date
    until: date

    @property
    def command(self) -> str:
        """The command that loads them again."""
        return load_command(self.first, self.until)

    def __str__(self) -> str:
        found = (
            (self.orders, self.published_orders, "orders"),
            (self.packages, self.published_packages, "packages"),
        )
        parts = [f"{lost:,} of {published:,} {rows}" for lost, published, rows in found if lost]
        return f"{' and '.join(parts)}, last changed {self.first} to {self.last}"

    def refusal(self) -> PublicationRefused:
        """Return the error that says what is missing and what to do."""
        again = load_advice(self.first, self.until, ", which loads them again and publishes")
        return PublicationRefused(
            f"Nothing was published: the new build lacks rows of the last snapshot ({self}). That snapshot stays.",
            {**vars(self), "reason": "lost_rows", "command": self.command},
            advice=Advice(
                f"{again.command_line} To publish without them, run `sync --accept-loss`.",
                again.page,
            ),
        )


def find_lost_rows(settings: Settings, published: Path) -> LostRows | None:
    """Compare the ledger with a published snapshot; return what it lacks, None when nothing was lost.

    Nothing can be said of a snapshot that is damaged or of a release without these tables; the log tells.

    Args:
        settings: Names the home, and the business's time zone.
        published: The snapshot's file.
    """
    with duckdb.connect(str(settings.ledger)) as ledger:
        if not _note_lost(ledger, published):
            return None
        _remove_explained(ledger, settings.warehouse)
        [(orders, all_orders, packages, all_packages, first, last)] = ledger.execute(_COUNTED).fetchall()
        if not orders + packages:
            return None
        [(until,)] = ledger.execute(_GAP_ENDS).fetchall()
    days = [_day(settings, instant) for instant in (first, last, until)]
    return LostRows(orders, all_orders, packages, all_packages, *days)


def _note_lost(ledger: duckdb.DuckDBPyConnection, published: Path) -> bool:
    """Note the rows that the ledger lacks in the table `lost`; return whether there are any."""
    path = str(published).replace("'", "''")
    try:
        ledger.execute(f"attach '{path}' as published (read_only)")
        ledger.execute(_LOST)
    except duckdb.Error as problem:
        reason = str(problem).splitlines()[0]
        log.warning("The new build could not be compared with %s: %s", published.name, reason)
        return False
    return ledger.execute("from lost limit 1").fetchone() is not None


def _remove_explained(ledger: duckdb.DuckDBPyConnection, warehouse: Path) -> None:
    """Remove what ShipStation did not list when it was read again since the snapshot: it is deleted there."""
    as_of = ledger.execute("select as_of from published.marts.snapshot_info").fetchone()
    with duckdb.connect(str(warehouse)) as connection:
        spans = connection.execute(_READ_AGAIN, as_of).fetchall()
    ledger.execute("create temp table read_again (list_name varchar, from_at bigint, until_at bigint)")
    if spans:
        ledger.executemany("insert into read_again values (?, ?, ?)", spans)
    ledger.execute(_EXPLAINED)


def _day(settings: Settings, epoch_us: int) -> date:
    instant = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=epoch_us)
    return instant.astimezone(settings.timezone).date()
