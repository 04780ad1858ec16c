"""The commands around ShipStation's orders: sync, backfill and reconcile, and `status`."""

from __future__ import annotations

from datetime import date

import click

from workflows.cli import output, run_job
from workflows.cli.console import ACTOR, JSON, Day, answer, who
from workflows.config.settings import read_settings
from workflows.jobs.progress import TerminalProgress
from workflows.monitoring.status import read_status


@click.command()
@ACTOR
@JSON
def sync(actor: str | None, as_json: bool) -> None:
    """Bring in what changed in ShipStation, build, test and publish."""
    with TerminalProgress() as progress:
        facts = run_job.sync(read_settings(), who(actor), progress.show)
    answer(facts, as_json, output.tell_cycle)


@click.command()
@click.option("--since", type=Day(), required=True, help="First day of modification, YYYY-MM-DD.")
@click.option("--until", type=Day(), default=None, help="Last day, included; now by default.")
@ACTOR
@JSON
def backfill(since: date, until: date | None, actor: str | None, as_json: bool) -> None:
    """Bring in a span of modification dates; a stopped one goes on where it was."""
    with TerminalProgress() as progress:
        facts = run_job.backfill(read_settings(), since, until, who(actor), progress.show)
    answer(facts, as_json, output.tell_cycle)


@click.command()
@click.option("--since", type=Day(), required=True, help="First day, YYYY-MM-DD.")
@click.option("--until", type=Day(), default=None, help="Last day, included; now by default.")
@click.option("--repair", is_flag=True, help="Load what is missing or different.")
@ACTOR
@JSON
def reconcile(since: date, until: date | None, repair: bool, actor: str | None, as_json: bool) -> None:
    """Sync, then compare ShipStation with the warehouse, field by field."""
    with TerminalProgress() as progress:
        facts = run_job.reconcile(read_settings(), since, until, repair, who(actor), progress.show)
    answer(facts, as_json, output.tell_comparison)


@click.command()
@JSON
def status(as_json: bool) -> None:
    """Tell how things stand: watermark, runs, jobs, freshness, alerts."""
    answer(read_status(read_settings()), as_json, output.tell_status)


COMMANDS = (sync, backfill, reconcile, status)
