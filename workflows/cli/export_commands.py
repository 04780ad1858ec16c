"""The command export."""

from __future__ import annotations

from pathlib import Path

import click

from workflows.cli import output
from workflows.cli.console import JSON, print_result
from workflows.config.settings import read_settings
from workflows.reports.table_export import FORMATS, export_tables


@click.command()
@click.option("--to", "folder", type=click.Path(path_type=Path), required=True, help="The folder to write to.")
@click.option("--format", "file_format", type=click.Choice(FORMATS), default="parquet", show_default=True)
@click.option("--table", "tables", multiple=True, help="A table of the schema marts; repeatable. All by default.")
@JSON
def export(folder: Path, file_format: str, tables: tuple[str, ...], as_json: bool) -> None:
    """Write the published tables as files, all of one snapshot, with a manifest."""
    facts = export_tables(read_settings(), folder.absolute(), file_format, tables)
    print_result(facts, as_json, output.describe_export)


COMMANDS = (export,)
