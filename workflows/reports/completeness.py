"""The notice on each page of a report when something of its period is not loaded."""

from __future__ import annotations

from workflows.config.periods import Period
from workflows.reports.coverage import not_loaded, read_loaded
from workflows.reports.snapshot_source import Source


def notice_about(source: Source, period: Period) -> str:
    """Return the notice that a report of a period must have on each page; empty when all is loaded.

    Args:
        source: The snapshot; one of an earlier release does not say what is loaded.
        period: What the report is about.
    """
    loaded = read_loaded(source.connection)
    if loaded is None:
        return ""
    lack = not_loaded(period, loaded, source.as_of)
    if lack is not None:
        return incomplete(source, lack)
    gap = loaded.stock_gap(source.as_of)
    return (
        source.dates.in_sentence(f"The stock is incomplete: changes of {gap.days} are not loaded.") if gap else ""
    )


def incomplete(source: Source, days: str) -> str:
    """Return the notice that days are missing, such as `2026-11-02 to 2026-11-04`."""
    return source.dates.in_sentence(f"INCOMPLETE: changes of {days} were not loaded when this was made.")
