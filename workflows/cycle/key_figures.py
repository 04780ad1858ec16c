"""The key figures that no mart has later: one row for each ended day, kept for ever in `operations.sqlite`.

The first build after a day records it. Runs and repairs are recorded for days without a build, too; figures of the
moment (open orders, ghosts, exceptions) stay empty for those. The others are in the mart `daily_figures`.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb

from workflows.config.operations_database import open_operations_database, read_operations_database
from workflows.config.settings import Settings
from workflows.config.thresholds import MOST_KEY_FIGURE_DAYS

COUNTED = ("api_requests", "sync_count", "repairs")
MEASURED = ("sync_seconds", "watermark_age_minutes")
OF_THE_MOMENT = ("open_orders", "open_units", "ghosts", "exceptions")
_NUMBERS = (*COUNTED, *MEASURED, *OF_THE_MOMENT)

_OF_A_DAY = """
with zone as (select timezone from ledger.marts.snapshot_info), repaired as (
    select count(*) as repairs
    from raw_shipstation.order_states, zone
    where state = 'repaired' and cast(checked_at at time zone zone.timezone as date) = $day
), runs as (
    select coalesce(sum(api_requests), 0) as api_requests,
        count(*) filter (where kind = 'sync') as sync_count,
        avg(seconds) filter (where kind = 'sync') as sync_seconds,
        max(watermark_age_minutes) filter (where kind = 'sync') as watermark_age_minutes
    from ledger.marts.sync_runs, zone
    where status = 'success' and cast(started_at at time zone zone.timezone as date) = $day
)
select api_requests, sync_count, repairs, sync_seconds, watermark_age_minutes
from repaired, runs
"""
_NOW = """
select
    (select count(*) from ledger.marts.orders_inbox where is_open),
    (select coalesce(sum(total_items), 0) from ledger.marts.orders_inbox where is_open),
    (select count(*) from ledger.marts.orders_inbox where is_ghost),
    (select count(*) from ledger.marts.exceptions)
"""


def note_key_figures(
    database: Path, connection: duckdb.DuckDBPyConnection, today: date, noted_at: str
) -> list[date]:
    """Record the days that have ended since the last recorded one, up to yesterday.

    Args:
        database: The operations database.
        connection: The warehouse with the marts attached as `ledger`.
        today: The business's day.
        noted_at: The instant (ISO, UTC).

    Returns:
        The days recorded.
    """
    with read_operations_database(database) as kept:
        ((last,),) = kept.execute("select max(day) from key_figures").fetchall()
    yesterday = today - timedelta(days=1)
    first = yesterday if last is None else date.fromisoformat(last) + timedelta(days=1)
    days = _days(max(first, today - timedelta(days=MOST_KEY_FIGURE_DAYS)), yesterday)
    rows = []
    for day in days:
        figures = connection.execute(_OF_A_DAY, {"day": day}).fetchall()[0]
        moment: tuple[Any, ...] = (None,) * len(OF_THE_MOMENT)
        if day == yesterday:
            moment = connection.execute(_NOW).fetchall()[0]
        rows.append([day.isoformat(), noted_at, *(_plain(value) for value in (*figures, *moment))])
    if rows:
        marks = ", ".join("?" * (2 + len(_NUMBERS)))
        with open_operations_database(database) as kept:
            kept.executemany(
                f"insert into key_figures (day, noted_at, {', '.join(_NUMBERS)}) values ({marks})", rows
            )
    return days


def key_figures(settings: Settings) -> list[dict[str, Any]]:
    """Return the recorded key figures, oldest day first: `day`, and a number or None for each figure."""
    with read_operations_database(settings.operations) as kept:
        rows = kept.execute(f"select day, {', '.join(_NUMBERS)} from key_figures order by day").fetchall()
    named = [dict(zip(("day", *_NUMBERS), row, strict=True)) for row in rows]
    return [row | {"day": date.fromisoformat(row["day"])} for row in named]


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _plain(value: Any) -> float | None:
    return None if value is None else float(value)
