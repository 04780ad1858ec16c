"""The durable workflow of the retention: redact, build, rewrite the files, publish. A dry run only counts.

A killed run is resumed at its first unfinished step. One that failed before its files were rewritten left a record
in the warehouse, and the next one rewrites them.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from dbos import DBOS

from ingest.client.redaction import Keeps
from workflows.cycle import cycle_workflows, worker_context
from workflows.cycle.engine import Facts
from workflows.cycle.warehouse import check_warehouse, has_shipstation, open_warehouse
from workflows.privacy.retention import TABLES, count_due, is_rewriting_due, limits_of, remove_due
from workflows.privacy.rewriting import rewrite_ledger, rewrite_the_rest


@DBOS.workflow(name="retention")
def retention(arguments: dict[str, Any]) -> Facts:
    """Redact the personal data that are past their retention period in everything in the home.

    Args:
        arguments: `dry_run`.

    Returns:
        `rows` that were due, by table and by what is kept of them (`recall`, `figures`); the days `closed_before`
        and `recall_before`, None when nothing is ever redacted; `published` and `snapshots_rewritten`.
    """
    started_at = cycle_workflows.begin()
    found = DBOS.run_step({"name": "remove personal data"}, _remove, arguments["dry_run"])
    done: Facts = {"published": None, "snapshots_rewritten": 0}
    if found["rewriting_is_due"]:
        built = cycle_workflows.build("retention", started_at, {})
        DBOS.run_step({"name": "rewrite the ledger"}, _rewrite_ledger)
        published, _ = cycle_workflows.publish("retention", started_at, {}, built["built_at"])
        done["published"] = published.snapshot
        done["snapshots_rewritten"] = DBOS.run_step({"name": "rewrite the rest"}, _rewrite_the_rest)
    ended_at = DBOS.run_step({"name": "end"}, lambda: datetime.now(UTC))
    return {
        "run_id": DBOS.workflow_id,
        "kind": "retention",
        "dry_run": arguments["dry_run"],
        **{name: value for name, value in found.items() if name != "rewriting_is_due"},
        **done,
        "started_at": started_at,
        "seconds": (ended_at - started_at).total_seconds(),
    }


def _remove(dry_run: bool) -> Facts:
    """Redact or count what is due, and return whether files have to be rewritten."""
    with worker_context.working("remove personal data"):
        engine = worker_context.current().engine
        settings = engine.settings
        check_warehouse(settings.warehouse)
        limits = limits_of(settings, settings.today())
        facts: Facts = {
            "rows": {table: dict.fromkeys(map(str, Keeps), 0) for table in TABLES},
            "closed_before": limits.closed_before if limits else None,
            "recall_before": limits.recall_before if limits else None,
            "rewriting_is_due": False,
        }
        with open_warehouse(settings.warehouse) as connection:
            if not has_shipstation(connection):
                return facts
        engine.prepare()
        with open_warehouse(settings.warehouse) as connection:
            if limits and dry_run:
                facts["rows"] = count_due(connection, settings.timezone.key, limits)
            elif limits:
                run_id = str(DBOS.workflow_id)
                facts["rows"] = remove_due(connection, run_id, settings.timezone.key, limits)
            facts["rewriting_is_due"] = not dry_run and is_rewriting_due(connection)
        return facts


def _rewrite_ledger() -> None:
    with worker_context.working("rewrite the ledger"):
        rewrite_ledger(worker_context.current().engine.settings)


def _rewrite_the_rest() -> int:
    with worker_context.working("rewrite the rest"):
        return rewrite_the_rest(worker_context.current().engine.settings)
