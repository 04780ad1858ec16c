"""The command import-carrier-bill."""

from __future__ import annotations

from pathlib import Path

import click

from workflows.cli import bill_output
from workflows.cli.console import ACTOR, JSON, print_result, who
from workflows.cli.run_job import run_job
from workflows.config.settings_reader import read_settings
from workflows.errors import UsageError

_FILE = click.Path(path_type=Path)


@click.command("import-carrier-bill")
@click.argument("file", type=_FILE)
@click.option("--carrier", help="ShipStation's code of the carrier that it should be of, such as ups or fedex.")
@click.option("--mapping", type=_FILE, help="TOML file that names the columns of a format that is not known.")
@click.option("--preview", is_flag=True, help="Only show how the first lines would be read; load nothing.")
@ACTOR
@JSON
def import_carrier_bill(
    file: Path, carrier: str | None, mapping: Path | None, preview: bool, actor: str | None, as_json: bool
) -> None:
    """Import a carrier's bill: UPS or FedEx billing file, Stamps.com transactions, ShipStation's adjustments."""
    for path in filter(None, (file, mapping)):
        if not path.is_file():
            raise UsageError(f"There is no file {path}. Check its path.")
    if preview:
        # Imported late: a job is read where it runs.
        from ingest.sources.carrier_bills.bill_source import preview_bill
        from workflows.cycle.ingest_errors import ingest_errors_for_the_user

        with ingest_errors_for_the_user():
            facts = preview_bill(file, carrier=carrier, mapping=mapping)
        print_result(facts, as_json, bill_output.describe_preview)
        return
    arguments = {
        "path": str(file.absolute()),
        "name": file.name,
        "carrier": carrier,
        "mapping": str(mapping.absolute()) if mapping else None,
    }
    print_result(
        run_job(read_settings(), "import-carrier-bill", arguments, who(actor)), as_json, bill_output.describe_bill
    )


COMMANDS = (import_carrier_bill,)
