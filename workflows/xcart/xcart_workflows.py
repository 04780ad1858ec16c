"""The jobs for the shop: importing its orders, and uploading them to ShipStation."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

from dbos import DBOS

from ingest.sources.xcart.upload_history import load_upload_log
from ingest.sources.xcart.xcart_source import import_orders
from workflows.config.operations_database import prepare_operations_database
from workflows.config.shipstation_account import account_of
from workflows.config.thresholds import UPLOADS_SETTLE_IN
from workflows.cycle.cycle_workflows import begin, build, build_and_publish, load_changes
from workflows.cycle.engine import Facts
from workflows.cycle.ingest_errors import ingest_errors_for_the_user
from workflows.cycle.warehouse import check_warehouse, has_shipstation, open_warehouse
from workflows.cycle.worker_context import current, job_reporter, working
from workflows.errors import Advice, OutOfReach, ShipledgerError
from workflows.xcart.uploading import upload as send_orders


@DBOS.workflow(name="import-xcart")
def import_xcart(arguments: dict[str, Any]) -> Facts:
    """Import the shop's file or folder, build and publish.

    Args:
        arguments: `path`.
    """
    started_at = begin()
    loaded = _import(arguments["path"])
    if loaded["can_be_built"]:
        facts = build_and_publish("import-xcart", started_at, loaded)
    else:
        facts = {"run_id": DBOS.workflow_id, "kind": "import-xcart", **loaded, "published": None, "seconds": 0.0}
    if loaded["refused"] and not loaded["files_read"] + loaded["files_unchanged"]:
        raise ShipledgerError(loaded["refused"][0]["reason"])
    return facts


@DBOS.workflow(name="upload")
def upload(arguments: dict[str, Any]) -> Facts:
    """Sync, send waiting orders (or only list them), build and publish.

    Args:
        arguments: `dry_run`.
    """
    started_at = begin("upload")
    loaded = load_changes()
    _note_uploads()
    build("upload", started_at, loaded)
    outcome = _upload(arguments["dry_run"])
    facts = build_and_publish("upload", started_at, loaded | outcome)
    if outcome["unanswered"]:
        later = f"in {UPLOADS_SETTLE_IN // timedelta(minutes=1)} minutes: it looks up which arrived"
        raise OutOfReach(
            f"ShipStation gave no answer for {len(outcome['unanswered'])} of the orders sent; "
            f"{len(outcome['uploaded'])} are there.",
            advice=Advice(f"Run `upload` again {later}.", f"Send again {later}."),
        )
    return facts


@DBOS.step(name="import")
def _import(path: str) -> Facts:
    with working("import"), ingest_errors_for_the_user():
        engine = current().engine
        check_warehouse(engine.settings.warehouse)
        report = import_orders(Path(path), engine.warehouse, job_reporter())
        with open_warehouse(engine.settings.warehouse) as connection:
            return {**asdict(report), "can_be_built": has_shipstation(connection)}


@DBOS.step(name="note uploads")
def _note_uploads() -> int:
    with working("note uploads"), ingest_errors_for_the_user():
        engine = current().engine
        prepare_operations_database(engine.settings.operations)
        return load_upload_log(engine.settings.operations, engine.warehouse)


@DBOS.step(name="upload")
def _upload(dry_run: bool) -> Facts:
    with working("upload"), ingest_errors_for_the_user():
        engine = current().engine
        settings = engine.settings
        try:
            return send_orders(
                settings,
                account_of(settings),
                str(DBOS.workflow_id),
                sends=settings.allow_upload and not dry_run,
                report=job_reporter(),
            )
        finally:
            load_upload_log(settings.operations, engine.warehouse)
