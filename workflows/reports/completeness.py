"""What a report says on each page when something of its period is not loaded."""

from __future__ import annotations

from workflows.config.periods import Period
from workflows.reports.coverage import not_loaded, read_loaded
from workflows.reports.snapshot_source import Source


def notice_about(source: Source, period: Period) -> str:
    """What a report of a period must say on each page; empty when all is loaded.

    Args:
        source: The snapshot; one of an earlier release does not tell.
        period: What the report is about.
    """
    loaded = read_loaded(source.connection)
    if loaded is None:
        return ""
    lack = not_loaded(period, loaded, source.as_of)
    if lack is not None:
        return incomplete(lack)
    gap = loaded.stock_gap(source.as_of)
    return f"The stock is not whole: what changed from {gap.words} is not loaded." if gap else ""


def incomplete(days: str) -> str:
    """That something is missing.

    Args:
        days: Which days, in words.
    """
    return f"INCOMPLETE: what changed from {days} was not loaded when this was made."
