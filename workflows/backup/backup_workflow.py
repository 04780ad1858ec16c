"""The durable workflow of a backup, which the schedule starts every night."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dbos import DBOS

from workflows.backup.backup_file import make_backup
from workflows.cycle import worker_context
from workflows.cycle.engine import Facts


@DBOS.workflow(name="backup")
def backup(arguments: dict[str, Any]) -> Facts:
    """Write a backup of the home and read it back.

    Args:
        arguments: `to`, the folder to write to, or None for the home's own.
    """
    started_at = _begin()
    written, finished_at = _write(arguments.get("to"))
    return {
        "run_id": DBOS.workflow_id,
        "kind": "backup",
        **written,
        "started_at": started_at,
        "seconds": (finished_at - started_at).total_seconds(),
    }


@DBOS.step(name="begin backup")
def _begin() -> datetime:
    return datetime.now(UTC)


@DBOS.step(name="write backup")
def _write(to: str | None) -> tuple[Facts, datetime]:
    settings = worker_context.current().engine.settings
    with worker_context.working("write backup"):
        return make_backup(settings, Path(to) if to else None, str(DBOS.workflow_id)), datetime.now(UTC)
