"""The commands export and accounting."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from workflows.cli import output
from workflows.cli.console import JSON, Month, print_result
from workflows.config.settings import Settings
from workflows.config.settings_reader import read_settings
from workflows.lake.client import copy_from_lake
from workflows.reports.accounting import COLUMNS, InvoiceTerms, export_invoice
from workflows.reports.table_export import FORMATS, export_tables


@click.command()
@click.option("--to", "folder", type=click.Path(path_type=Path), required=True, help="The folder to write to.")
@click.option("--format", "file_format", type=click.Choice(FORMATS), default="parquet", show_default=True)
@click.option("--table", "tables", multiple=True, help="A table of the schema marts; repeatable. All by default.")
@JSON
def export(folder: Path, file_format: str, tables: tuple[str, ...], as_json: bool) -> None:
    """Write the published tables as files, all of one snapshot, with a manifest."""
    facts = export_tables(_reading(read_settings()), folder.absolute(), file_format, tables)
    print_result(facts, as_json, output.describe_export)


@click.command()
@click.option("--month", type=Month(), required=True, help="The closed month, such as 2026-10.")
@click.option(
    "--format", "software", type=click.Choice(list(COLUMNS)), required=True, help="What imports the file."
)
@click.option("--customer", required=True, help="The customer's name in the books.")
@click.option("--to", "file", type=click.Path(path_type=Path), required=True, help="The CSV file to write.")
@click.option(
    "--due-days", type=click.IntRange(0, 365), default=30, show_default=True, help="Days until it is due."
)
@click.option("--day-first", is_flag=True, help="Write dates as DD/MM/YYYY, not MM/DD/YYYY.")
@JSON
def accounting(
    month: date, software: str, customer: str, file: Path, due_days: int, day_first: bool, as_json: bool
) -> None:
    """Write the invoice of a closed month for QuickBooks Online or Xero. Accounts are in `accounts.csv`."""
    terms = InvoiceTerms(customer, due_days, day_first)
    facts = export_invoice(_reading(read_settings()), month, software, file.absolute(), terms)
    print_result(facts, as_json, output.describe_accounting)


def _reading(settings: Settings) -> Settings:
    """Return the settings to read with: on a machine that reads from the lake, those of a copy of now."""
    return copy_from_lake(settings, settings.house or "") if settings.reads_lake else settings


COMMANDS = (export, accounting)
