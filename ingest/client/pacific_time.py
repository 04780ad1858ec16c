"""Conversion between ShipStation's wall time and instants.

Every timestamp and filter of the API is US Pacific wall time without an offset. Inside Shipledger an instant is an
aware UTC datetime. Ingest converts between the two in this module only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

PACIFIC = ZoneInfo("America/Los_Angeles")
# 0001-01-01 means "none" in some payloads, and both ends of the calendar overflow when converted to instants.
_FIRST_YEAR, _LAST_YEAR = 1900, 9000
_FRACTION = re.compile(r"\.(\d{1,6})\d*")


def parse_wall(text: object) -> datetime | None:
    """Parse a wall time such as `2024-09-20T12:40:27.5430000`; None when it is none.

    Args:
        text: The payload's value, of any type.

    Returns:
        A naive datetime with microseconds, Pacific wall time.
    """
    if not isinstance(text, str):
        return None
    try:
        wall = datetime.fromisoformat(_FRACTION.sub(lambda m: "." + m[1].ljust(6, "0"), text.strip(), count=1))
    except ValueError:
        return None
    if not _FIRST_YEAR <= wall.year <= _LAST_YEAR:
        return None
    return wall.astimezone(PACIFIC).replace(tzinfo=None) if wall.tzinfo else wall


def newest_wall(texts: Iterable[object], latest: datetime | None = None) -> datetime | None:
    """Return the newest of many wall times, None when none of them is valid.

    Texts of one format sort like their times, so only the last ones are parsed.

    Args:
        texts: The payloads' values, of any type.
        latest: An instant (UTC); a date after it, however the clock is read, is invalid and skipped.
    """
    for text in sorted({text for text in texts if isinstance(text, str)}, reverse=True):
        wall = parse_wall(text)
        if wall is not None and (latest is None or earliest_instant(wall) <= latest):
            return wall
    return None


def earliest_instant(wall: datetime) -> datetime:
    """Return the first instant (UTC) at which Pacific clocks showed this wall time."""
    return wall.replace(tzinfo=PACIFIC, fold=0).astimezone(UTC)


def latest_instant(wall: datetime) -> datetime:
    """Return the last instant (UTC) at which Pacific clocks showed this wall time; an hour later in autumn."""
    return max(earliest_instant(wall), wall.replace(tzinfo=PACIFIC, fold=1).astimezone(UTC))


def filter_start(instant: datetime) -> datetime:
    """Return the wall time from which a filter finds every row at or after an instant.

    Once a year the wall clock repeats 01:00 to 02:00: what happens at 01:10 after the clocks went back sorts
    before what happened at 01:50 before they did. An instant less than an hour before the clocks go back, or
    in the repeated hour, therefore starts just before that hour, which is right whether ShipStation compares
    wall times or instants.

    Args:
        instant: An aware datetime.

    Returns:
        Naive Pacific wall time with whole seconds, never later than the instant.
    """
    local = instant.astimezone(PACIFIC)
    wall = local.replace(tzinfo=None, microsecond=0, fold=0)
    if latest_instant(wall) == earliest_instant(wall):
        return wall
    return wall.replace(minute=0, second=0) - timedelta(seconds=1)


def filter_end(instant: datetime) -> datetime:
    """Return the wall time up to which a filter finds every row up to an instant.

    Args:
        instant: An aware datetime.

    Returns:
        Naive Pacific wall time with whole seconds, never earlier than the instant.
    """
    wall = instant.astimezone(PACIFIC).replace(tzinfo=None, microsecond=0, fold=0) + timedelta(seconds=1)
    if latest_instant(wall) == earliest_instant(wall):
        return wall
    return wall.replace(minute=0, second=0) + timedelta(hours=1)


def filter_text(wall: datetime) -> str:
    """Return a wall time in the format of ShipStation's filters: `yyyy-mm-dd hh:mm:ss`."""
    return wall.strftime("%Y-%m-%d %H:%M:%S")
