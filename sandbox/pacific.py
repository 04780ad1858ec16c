"""ShipStation's times: US Pacific wall time without an offset, as text.

Instants are milliseconds since 1970 (UTC) or aware datetimes. Rules: the API notes, section "Time" (order-level
times have seven fractional digits, item-level ones are trimmed, filters have second precision).
"""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

PACIFIC = ZoneInfo("America/Los_Angeles")
CHICAGO = ZoneInfo("America/Chicago")

HOUR_MS = 3_600_000
_MINUTES_SECONDS = [f":{second // 60:02d}:{second % 60:02d}" for second in range(3600)]
_FRACTIONS = [f".{ms:03d}0000" for ms in range(1000)]
_TRIMMED = ["" if ms == 0 else f".{ms:03d}".rstrip("0") for ms in range(1000)]
# Offsets of both zones are whole hours and change on the hour, so one text for each hour is exact.
_pacific_hours: dict[int, str] = {}
_chicago_hours: dict[int, str] = {}


def to_ms(instant: datetime) -> int:
    """Return milliseconds since 1970 (UTC) of an aware datetime; ValueError for one without a time zone."""
    if instant.tzinfo is None:
        raise ValueError("The sandbox needs instants with a time zone; give the datetime a tzinfo.")
    return round(instant.timestamp() * 1000)


def from_ms(ms: int) -> datetime:
    """Return the UTC datetime of milliseconds since 1970."""
    return datetime.fromtimestamp(ms / 1000, UTC)


def wall_text(ms: int) -> str:
    """Return the Pacific wall time with seven digits, as in orders, shipments and fulfillments."""
    hour, rest = divmod(ms, HOUR_MS)
    second, fraction = divmod(rest, 1000)
    return _hour(hour, _pacific_hours, PACIFIC) + _MINUTES_SECONDS[second] + _FRACTIONS[fraction]


def wall_trimmed(ms: int) -> str:
    """Return the Pacific wall time of an instant without trailing zeros, as order items print it."""
    hour, rest = divmod(ms, HOUR_MS)
    second, fraction = divmod(rest, 1000)
    return _hour(hour, _pacific_hours, PACIFIC) + _MINUTES_SECONDS[second] + _TRIMMED[fraction]


def channel_text(ms: int) -> str:
    """Return the Chicago wall time in whole seconds, as in orderDate and paymentDate."""
    hour, rest = divmod(ms, HOUR_MS)
    return _hour(hour, _chicago_hours, CHICAGO) + _MINUTES_SECONDS[rest // 1000] + _FRACTIONS[0]


def business_date(ms: int) -> str:
    """Return the Chicago calendar day of an instant as yyyy-mm-dd."""
    return _hour(ms // HOUR_MS, _chicago_hours, CHICAGO)[:10]


def is_second_pass(ms: int) -> bool:
    """Return whether an instant lies in the repeated hour after the clocks went back."""
    return from_ms(ms).astimezone(PACIFIC).fold == 1


def wall_key(value: object, _second_pass: bool = False) -> str:
    """Return the sort key of a stored time as wall time; empty for null."""
    if not isinstance(value, str) or len(value) < 10:
        return ""
    if len(value) == 10:
        return value + "T00:00:00"
    return value if value[10] == "T" else value[:10] + "T" + value[11:]


def instant_key(value: object, second_pass: bool = False) -> str:
    """Return the sort key of a stored time as an instant (UTC text); empty for null or unreadable text."""
    wall = wall_key(value)
    try:
        parsed = datetime.fromisoformat(wall[:26])
    except ValueError:
        return ""
    zoned = parsed.replace(tzinfo=PACIFIC, fold=1 if second_pass else 0)
    return zoned.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")


def parse_bound(text: str, by_instant: bool) -> str:
    """Turn a filter's text into a key of whole seconds, comparable with `wall_key` or `instant_key`.

    By wall time an offset in the filter is ignored; by instant it counts, and text without one is Pacific.
    ValueError when the text is not a date.
    """
    cleaned = text.strip()
    try:
        parsed = datetime.fromisoformat(cleaned)
    except ValueError:
        month, day, year = cleaned.split("/")
        parsed = datetime.fromisoformat(f"{year}-{month:0>2}-{day:0>2}")
    if by_instant:
        zoned = parsed if parsed.tzinfo else parsed.replace(tzinfo=PACIFIC)
        parsed = zoned.astimezone(UTC)
    return parsed.replace(tzinfo=None).isoformat(timespec="seconds")


def _hour(hour: int, known: dict[int, str], zone: ZoneInfo) -> str:
    text = known.get(hour)
    if text is None:
        text = datetime.fromtimestamp(hour * 3600, zone).strftime("%Y-%m-%dT%H")
        known[hour] = text
    return text
