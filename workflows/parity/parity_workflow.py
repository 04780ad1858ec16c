"""The durable workflow of a comparison with the former system; the schedule begins one every two hours."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from dbos import DBOS

from workflows.cycle import cycle_workflows, worker_context
from workflows.cycle.engine import Facts
from workflows.parity.legacy_connection import known_source
from workflows.parity.run_comparison import compare_with_former_system


@DBOS.workflow(name="parity")
def parity(arguments: dict[str, Any]) -> Facts:
    """Compare with the former system field by field, and keep what differs.

    Args:
        arguments: `legacy`, the source without a password or None for the configured one, and `hours`, or None
            for as long as the criteria say.
    """
    started_at = cycle_workflows.begin()
    compared, finished_at = _compare(arguments.get("legacy"), arguments.get("hours"), started_at)
    return {
        "run_id": DBOS.workflow_id,
        "kind": "parity",
        **compared,
        "started_at": started_at,
        "seconds": (finished_at - started_at).total_seconds(),
    }


@DBOS.step(name="compare with the former system")
def _compare(legacy: str | None, hours: float | None, until: datetime) -> tuple[Facts, datetime]:
    context = worker_context.current()
    settings = context.engine.settings
    # It reads what is published, so it needs no turn at the warehouse.
    with worker_context.errors_as_sentences("compare with the former system"):
        facts = compare_with_former_system(
            settings,
            known_source(settings, legacy),
            hours,
            str(DBOS.workflow_id),
            DBOS.authenticated_user,
            until,
            worker_context.job_reporter(),
        )
    return facts, datetime.now(UTC)
