"""Instants as the command line writes them, in the business's time zone; for page and mail see `dates`."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo


def clock(instant: datetime, zone: ZoneInfo) -> str:
    """Format an instant as `2026-11-20 14:03 CST`."""
    return f"{instant.astimezone(zone):%Y-%m-%d %H:%M %Z}"
