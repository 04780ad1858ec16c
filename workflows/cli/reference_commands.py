"""The commands init and check-reference, for reference files of the user's own."""

from __future__ import annotations

from pathlib import Path

import click

from workflows.cli import output
from workflows.cli.console import JSON, print_result
from workflows.config.places import PROJECT, places_of
from workflows.config.reference_data import copy_reference
from workflows.config.settings_reader import read_settings
from workflows.errors import FAILED


@click.command()
@click.argument("folder", metavar="[DIR]", type=click.Path(path_type=Path), default="reference")
@JSON
def init(folder: Path, as_json: bool) -> None:
    """Write a copy of the reference files to DIR (./reference by default), to edit. Files that exist are kept."""
    # A folder that the variable could not name is refused before anything is written.
    read_settings({"SHIPLEDGER_REFERENCE": str(folder.absolute())})
    facts = copy_reference(places_of(PROJECT).seeds, folder.absolute())
    facts |= {"configuration": str(places_of(PROJECT).configuration / ".env")}
    print_result(facts, as_json, output.describe_init)


@click.command("check-reference")
@click.pass_context
@JSON
def check_reference(context: click.Context, as_json: bool) -> None:
    """Check the reference files of SHIPLEDGER_REFERENCE as a build does. Exit 1 when one is wrong."""
    # Two seconds, for dbt.
    from workflows.cycle.reference_check import problems_of

    reference = read_settings().reference
    found = [problem._asdict() for problem in problems_of(reference)]
    print_result({"reference": str(reference), "problems": found}, as_json, output.describe_reference)
    context.exit(FAILED if found else 0)


COMMANDS = (init, check_reference)
