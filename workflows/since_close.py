"""What has changed in a period since it was closed: by its record, and by a snapshot that is newer."""

from __future__ import annotations

from typing import Any

import duckdb

from workflows.close_facts import shipped_figures
from workflows.close_record import Close
from workflows.close_words import changed_since, restated_since
from workflows.errors import ShipledgerError
from workflows.periods import Period
from workflows.reading import open_snapshot
from workflows.settings import Settings

_RESTATED = """
    select count(*), coalesce(sum(total_cents), 0) from marts.charge_restatements
    where restated_date between ? and ?
"""


def read_changes(settings: Settings, close: Close, period: Period, snapshot: str) -> str:
    """What has changed since a close, in words; nothing when nothing has, or when the record has no figures.

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
        return restated_since(_restated(settings, period, snapshot))
    closed: dict[str, Any] | None = close.facts.get("figures", {}).get("shipped")
    # Closes of earlier releases counted units of unknown SKUs, too, and cannot be compared.
    if not closed or "unknown_units" not in closed:
        return ""
    return changed_since(closed, shipped_figures(settings, snapshot, period))


def _restated(settings: Settings, period: Period, snapshot: str) -> dict[str, int]:
    try:
        with open_snapshot(settings.published / snapshot) as connection:
            [(lines, cents)] = connection.execute(_RESTATED, [period.first, period.last]).fetchall()
    except duckdb.Error as problem:
        raise ShipledgerError(
            f"The snapshot {snapshot} cannot be read ({str(problem).splitlines()[0]}). "
            "Run `sync` to publish a new one."
        ) from problem
    return {"restatements": int(lines), "cents": int(cents)}
