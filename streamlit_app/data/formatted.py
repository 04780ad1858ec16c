"""Numbers, durations and foreign text as they are written on the page; for days see `Settings.dates`."""

from __future__ import annotations

import string
from datetime import datetime

# How the lot of a shipped line is known, as the tables say it.
LOT_SOURCES = {"shipment": "label", "fifo": "oldest lot", "unassigned": "none"}
LOT_STATUSES = {"overdrawn": "negative balance"}
# What an entry did, by its type.
TYPE_WORDS = {
    "receive": "Received",
    "repack": "Repacked",
    "adjust_up": "Adjusted up",
    "adjust_down": "Adjusted down",
    "count": "Counted",
}
CLOSE_TITLES = {"eod": "End of day", "eow": "End of week", "eom": "End of month"}
# Jobs whose kind says too little.
_JOB_TITLES = {
    **CLOSE_TITLES,
    "import-xcart": "Shop import",
    "import-carrier-bill": "Carrier bill",
    "migrate": "Migration",
}
_MARKDOWN = str.maketrans({mark: f"\\{mark}" for mark in string.punctuation})
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def age(since: datetime, now: datetime) -> str:
    """Return how long ago an instant was: `just now`, `5 min ago`, `3 h ago`, `2 days ago`."""
    seconds = (now - since).total_seconds()
    if seconds < _MINUTE:
        return "just now"
    if seconds < _HOUR:
        return f"{int(seconds // _MINUTE)} min ago"
    if seconds < 2 * _DAY:
        return f"{int(seconds // _HOUR)} h ago"
    return f"{int(seconds // _DAY)} days ago"


def duration(seconds: float | None) -> str:
    """Return a duration: `8.5 s`, `2 min 5 s`; empty when unknown."""
    if seconds is None:
        return ""
    if seconds < _MINUTE:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), _MINUTE)
    if minutes < _MINUTE:
        return f"{minutes} min {rest} s"
    hours, minutes = divmod(minutes, _MINUTE)
    return f"{hours} h {minutes} min"


def count(number: float, one: str, many: str | None = None) -> str:
    """Return a number with its noun: `1 order`, `1,234 orders`."""
    return f"{number:,.0f} {one if number == 1 else many or one + 's'}"


def job_title(kind: str) -> str:
    """Return what people call a kind of job: `End of day`, `Shop import`, `Sync`."""
    return _JOB_TITLES.get(kind, kind.capitalize())


def capital(words: str) -> str:
    """Return the text with its first letter as a capital."""
    return words[:1].upper() + words[1:]


def dollars(cents: int) -> str:
    """Return an amount of money: `$1,234.50`, `-$3.00`."""
    sign = "-" if cents < 0 else ""
    return f"{sign}${abs(cents) // 100:,}.{abs(cents) % 100:02}"


def plain(text: str) -> str:
    """Return text escaped for a place that reads Markdown, so that it is shown unchanged."""
    return " ".join(text.split()).translate(_MARKDOWN)
