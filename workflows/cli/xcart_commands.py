"""The commands import-xcart and upload."""

from __future__ import annotations

from pathlib import Path

import click

from workflows.cli import output
from workflows.cli.console import ACTOR, JSON, print_result, who
from workflows.cli.run_job import run_job
from workflows.config.settings_reader import read_settings
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
    print_result(facts, as_json, output.describe_import)


@click.command()
@click.option("--dry-run", is_flag=True, help="Only show what would be sent.")
@ACTOR
@JSON
def upload(dry_run: bool, actor: str | None, as_json: bool) -> None:
    """Send the shop's waiting orders to ShipStation, each line with its lot. Needs SHIPLEDGER_ALLOW_UPLOAD=1."""
    settings = read_settings()
    account_of(settings)
    print_result(run_job(settings, "upload", {"dry_run": dry_run}, who(actor)), as_json, output.describe_upload)


COMMANDS = (import_xcart, upload)
