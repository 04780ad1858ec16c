"""The job that imports a carrier's bill."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from dbos import DBOS

from ingest.errors import FileRefused
from ingest.sources.carrier_bills.bill_source import import_bill
from workflows.carrier_bills.uploads import remove_upload
from workflows.cycle.cycle_workflows import begin, build_and_publish
from workflows.cycle.engine import Facts
from workflows.cycle.ingest_errors import ingest_errors_for_the_user
from workflows.cycle.warehouse import check_warehouse, has_shipstation, open_warehouse
from workflows.cycle.worker_context import current, job_reporter, working


@DBOS.workflow(name="import-carrier-bill")
def import_carrier_bill(arguments: dict[str, Any]) -> Facts:
    """Import a carrier's file, build and publish.

    A file that was uploaded is removed once it is published or refused; before that, the job may be tried again.

    Args:
        arguments: `path`, `name` (that of the file for people, or None), `carrier` and `mapping` (or None).
    """
    started_at = begin()
    loaded = _import(arguments, started_at)
    if loaded["can_be_built"]:
        facts = build_and_publish("import-carrier-bill", started_at, loaded)
    else:
        facts = {"run_id": DBOS.workflow_id, "kind": "import-carrier-bill", **loaded}
        facts |= {"published": None, "seconds": 0.0}
    _remove(arguments["path"])
    return facts


@DBOS.step(name="import")
def _import(arguments: dict[str, Any], started_at: datetime) -> Facts:
    path, mapping = Path(arguments["path"]), arguments["mapping"]
    with working("import"), ingest_errors_for_the_user():
        engine = current().engine
        check_warehouse(engine.settings.warehouse)
        try:
            report = import_bill(
                path,
                engine.warehouse,
                name=arguments["name"],
                carrier=arguments["carrier"],
                mapping=Path(mapping) if mapping else None,
                started_at=started_at,
                progress=job_reporter(),
            )
        except FileRefused:
            remove_upload(engine.settings, path)
            raise
        with open_warehouse(engine.settings.warehouse) as connection:
            return {**asdict(report), "can_be_built": has_shipstation(connection)}


@DBOS.step(name="remove upload")
def _remove(path: str) -> None:
    remove_upload(current().engine.settings, Path(path))
