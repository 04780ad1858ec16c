"""The job that imports a carrier's bill."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from dbos import DBOS

from ingest.sources.carrier_bills.bill_source import import_bill
from workflows.carrier_bills.uploads import remove_upload
from workflows.cycle.cycle_workflows import begin, build_and_publish
from workflows.cycle.engine import Facts, errors_for_the_user
from workflows.cycle.warehouse import check_warehouse, has_shipstation, open_warehouse
from workflows.cycle.worker_context import current, job_reporter, working


@DBOS.workflow(name="import-carrier-bill")
def import_carrier_bill(arguments: dict[str, Any]) -> Facts:
    """Import a carrier's file, build and publish. A file that was uploaded is removed, also when it is refused.

    Args:
        arguments: `path`, `name` (that of the file for people, or None), `carrier` and `mapping` (or None).
    """
    started_at = begin()
    try:
        loaded = _import(arguments["path"], arguments["name"], arguments["carrier"], arguments["mapping"])
    finally:
        _remove(arguments["path"])
    if loaded["can_be_built"]:
        return build_and_publish("import-carrier-bill", started_at, loaded)
    facts = {"run_id": DBOS.workflow_id, "kind": "import-carrier-bill", **loaded}
    return {**facts, "published": None, "seconds": 0.0}


@DBOS.step(name="import")
def _import(path: str, name: str | None, carrier: str | None, mapping: str | None) -> Facts:
    with working("import"), errors_for_the_user():
        engine = current().engine
        check_warehouse(engine.settings.warehouse)
        report = import_bill(
            Path(path),
            engine.warehouse,
            name=name,
            carrier=carrier,
            mapping=Path(mapping) if mapping else None,
            progress=job_reporter(),
        )
        with open_warehouse(engine.settings.warehouse) as connection:
            return {**asdict(report), "can_be_built": has_shipstation(connection)}


@DBOS.step(name="remove upload")
def _remove(path: str) -> None:
    remove_upload(current().engine.settings, Path(path))
