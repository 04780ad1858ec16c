"""The command line around the shop: `import-xcart` and `upload`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from workflows.cli import run_job
from workflows.cli.console import ACTOR, JSON, answer, who
from workflows.config.settings import read_settings
from workflows.jobs.progress import TerminalProgress


@click.command("import-xcart")
@click.argument("path", type=click.Path(path_type=Path))
@ACTOR
@JSON
def import_xcart(path: Path, actor: str | None, as_json: bool) -> None:
    """Bring in the shop's orders from its XML file, or from each *.xml in a folder."""
    with TerminalProgress() as progress:
        facts = run_job.import_xcart(read_settings(), path, who(actor), progress.show)
    answer(facts, as_json, tell_import)


@click.command()
@click.option("--dry-run", is_flag=True, help="Only tell what would be sent.")
@ACTOR
@JSON
def upload(dry_run: bool, actor: str | None, as_json: bool) -> None:
    """Send the shop's orders that wait to ShipStation, each line with its lot. Needs SHIPLEDGER_ALLOW_UPLOAD=1."""
    with TerminalProgress() as progress:
        facts = run_job.upload(read_settings(), dry_run, who(actor), progress.show)
    answer(facts, as_json, tell_upload)


def tell_import(facts: dict[str, Any]) -> str:
    """What an import read, changed and left out."""
    lines = [
        f"{facts['files_read']} files read, {facts['files_unchanged']} unchanged; {facts['orders_read']} orders, "
        f"{facts['orders_changed']} of them new or changed, {facts['orders_invalid']} left out (see exceptions)."
    ]
    lines += [f"Refused: {one['reason']}" for one in facts["refused"]]
    published = facts["published"]
    lines.append(f"Published {published}." if published else "They are in the ledger after the first `backfill`.")
    return "\n".join(lines)


def tell_upload(facts: dict[str, Any]) -> str:
    """What an upload sent, or would send, and what stays and why."""
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
