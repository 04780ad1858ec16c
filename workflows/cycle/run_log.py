"""The log lines of a run: its start and end when it reads ShipStation, and a loss that somebody accepted."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from workflows.config.settings import Settings
from workflows.cycle.last_read import last_read
from workflows.cycle.warehouse import Run

log = logging.getLogger(__name__)


def log_start(settings: Settings, kind: str, run_id: str) -> None:
    """Log that a run starts, and from which watermark."""
    read = last_read(settings.operations)
    mark = _mark(read.watermark if read else None, settings.timezone)
    log.info("%s %s starts: watermark %s", kind, run_id, mark)


def log_end(settings: Settings, kind: str, run_id: str, facts: Mapping[str, Any], seconds: float) -> None:
    """Log what a run has read, from the facts of its load, and how long it took."""
    log.info("%s %s ends: %s; %.1f s", kind, run_id, what_was_read(facts, settings.timezone), seconds)


def log_accepted_loss(run: Run, lost: str) -> None:
    """Log that a run publishes less than before, and who accepted that."""
    log.warning("%s %s: %s accepts that %s are missing", run.kind, run.run_id, run.actor or "somebody", lost)


def what_was_read(facts: Mapping[str, Any], zone: ZoneInfo) -> str:
    """Describe the counts of a load, and how far it moved the watermark."""
    before, after = (_mark(facts[f"watermark_{which}"], zone) for which in ("before", "after"))
    return (
        f"{facts['orders_fetched']} orders fetched, {facts['orders_manual']} imported manual orders, "
        f"{facts['orders_new'] - facts['orders_manual']} other new orders, {facts['orders_updated']} updated, "
        f"{facts['labels_new']} new labels; watermark {before} → {after}"
    )


def _mark(instant: datetime | None, zone: ZoneInfo) -> str:
    return instant.astimezone(zone).isoformat(sep=" ", timespec="seconds") if instant else "none"
