"""ShipStation's wall time and instants.

Every timestamp of the API is US Pacific wall time without an offset, and so are the filters. Inside
Shipledger an instant is an aware UTC datetime. This module is the only place of ingest where the two meet.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

PACIFIC = ZoneInfo("America/Los_Angeles")
# 0001-01-01 stands for "none" in some payloads, and both ends of the calendar overflow when they become instants.
_FIRST_YEAR, _LAST_YEAR = 1900, 9000
_FRACTION = re.compile(r"\.(\d{1,6})\d*")


def parse_wall(text: object) -> datetime | None:
    """Read a wall time such as `2024-09-20T12:40:27.5430000`; None when it is none.

    Args:
        text: What stands in the payload: a text, or anything else.

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
    """The newest of many wall times, None when none of them is one.

    Texts of one form sort as their times do, so only the last ones are read.

    Args:
        texts: What stands in the payloads.
        latest: An instant (UTC); a date surely after it is nonsense and is passed over.
    """
    for text in sorted({text for text in texts if isinstance(text, str)}, reverse=True):
        wall = parse_wall(text)
        if wall is not None and (latest is None or earliest_instant(wall) <= latest):
            return wall
    return None


def earliest_instant(wall: datetime) -> datetime:
    """The first instant (UTC) at which Pacific clocks showed this wall time."""
    return wall.replace(tzinfo=PACIFIC, fold=0).astimezone(UTC)


def latest_instant(wall: datetime) -> datetime:
    """The last instant (UTC) at which Pacific clocks showed this wall time; an hour later in autumn."""
    return max(earliest_instant(wall), wall.replace(tzinfo=PACIFIC, fold=1).astimezone(UTC))


def filter_start(instant: datetime) -> datetime:
    """The wall time from which a filter surely finds everything that happened at or after an instant.

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
    """The wall time up to which a filter surely finds everything that happened up to an instant.

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
    """A wall time as ShipStation's filters take it: `yyyy-mm-dd hh:mm:ss`."""
    return wall.strftime("%Y-%m-%d %H:%M:%S")


def wall_now() -> datetime:
    """Now as Pacific clocks show it, naive."""
    return datetime.now(PACIFIC).replace(tzinfo=None)
