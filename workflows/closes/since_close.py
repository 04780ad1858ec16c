"""What has changed in a period since it was closed, by its record and a newer snapshot."""

from __future__ import annotations

from typing import Any

from workflows.closes.close_facts import restated_figures, shipped_figures
from workflows.closes.close_summary import changed_since, restated_since
from workflows.config.periods import Period
from workflows.config.settings import Settings
from workflows.entries.close_log import Close


def read_changes(settings: Settings, close: Close, period: Period, snapshot: str) -> str:
    """Return what has changed since a close, as text; empty when nothing has, or when the record has no figures.

    Args:
        settings: Whose home.
        close: The newest version of the period's close.
        period: The period.
        snapshot: File name of the snapshot that has the figures of now.

    Raises:
        ShipledgerError: The snapshot is gone or damaged.
    """
    if snapshot == close.snapshot:
        return ""
    if period.kind == "eom":
        return restated_since(restated_figures(settings, snapshot, period))
    closed: dict[str, Any] | None = close.facts.get("figures", {}).get("shipped")
    # Closes of earlier releases counted units of unknown SKUs, too, and cannot be compared.
    if not closed or "unknown_units" not in closed:
        return ""
    return changed_since(closed, shipped_figures(settings, snapshot, period))
