"""The commands import-xcart and upload."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from workflows.cli.console import ACTOR, JSON, print_result, who
from workflows.cli.run_job import run_job
from workflows.config.settings import read_settings
from workflows.config.shipstation_account import account_of
from workflows.errors import UsageError


@click.command("import-xcart")
@click.argument("path", type=click.Path(path_type=Path))
@ACTOR
@JSON
def import_xcart(path: Path, actor: str | None, as_json: bool) -> None:
    """Import the shop's orders from its XML file, or from each *.xml in a folder."""
    if not path.exists():
        raise UsageError(f"There is nothing at {path}. Give the shop's XML file, or the folder it is in.")
    facts = run_job(read_settings(), "import-xcart", {"path": str(path.absolute())}, who(actor))
    print_result(facts, as_json, describe_import)


@click.command()
@click.option("--dry-run", is_flag=True, help="Only show what would be sent.")
@ACTOR
@JSON
def upload(dry_run: bool, actor: str | None, as_json: bool) -> None:
    """Send the shop's waiting orders to ShipStation, each line with its lot. Needs SHIPLEDGER_ALLOW_UPLOAD=1."""
    settings = read_settings()
    account_of(settings)
    print_result(run_job(settings, "upload", {"dry_run": dry_run}, who(actor)), as_json, describe_upload)


def describe_import(facts: dict[str, Any]) -> str:
    """Describe an import: what was read, changed and refused."""
    lines = [
        f"{facts['files_read']} files read, {facts['files_unchanged']} unchanged; {facts['orders_read']} orders, "
        f"{facts['orders_changed']} of them new or changed, {facts['orders_invalid']} left out (see exceptions)."
    ]
    lines += [f"Refused: {one['reason']}" for one in facts["refused"]]
    published = facts["published"]
    lines.append(f"Published {published}." if published else "They are in the ledger after the first `backfill`.")
    return "\n".join(lines)


def describe_upload(facts: dict[str, Any]) -> str:
    """Describe an upload: what was sent, or would be, and what was not and why."""
    lines = []
    if facts["sent"]:
        lines += [
            f"{one['order_number']}  is order {one['shipstation_order_id']} in ShipStation"
            for one in facts["uploaded"]
        ]
    else:
        lines += [f"{one['order_number']}  would be sent: {_goods(one['lines'])}" for one in facts["planned"]]
    lines += [f"{one['order_number']}  refused: {one['detail']}" for one in facts["refused"]]
    lines += [f"{one['order_number']}  not sent ({one['reason']}): {one['detail']}" for one in facts["held"]]
    if facts["sent"]:
        lines.append(f"{len(facts['uploaded'])} uploaded, {len(facts['held']) + len(facts['refused'])} not sent.")
    else:
        lines.append(f"Nothing was sent: {facts['why_nothing_is_sent']}. {len(facts['planned'])} would be.")
    return "\n".join(lines)


def _goods(lines: list[dict[str, Any]]) -> str:
    return ", ".join(f"{line['quantity']} x {line['sku_code']} - {line['lot_number']}" for line in lines)


COMMANDS = (import_xcart, upload)
