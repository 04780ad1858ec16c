"""The commands on jobs, the schedule and health: cancel, retry, switch, health, retention."""

from __future__ import annotations

import click

from workflows.cli import output, run_job
from workflows.cli.console import ACTOR, JSON, answer, who
from workflows.config.home_directory import prepare_home
from workflows.config.settings import read_settings
from workflows.entries.switches import SWITCHES, turn_switch
from workflows.errors import FAILED
from workflows.jobs.progress import TerminalProgress
from workflows.monitoring.health import run_health


@click.command()
@click.argument("run_id", metavar="RUN")
@JSON
def cancel(run_id: str, as_json: bool) -> None:
    """Cancel the queued or running job RUN; a running one ends at its next step."""
    answer(run_job.cancel(read_settings(), run_id), as_json, output.tell_cancelled)


@click.command()
@click.argument("run_id", metavar="RUN")
@ACTOR
@JSON
def retry(run_id: str, actor: str | None, as_json: bool) -> None:
    """Run the failed or cancelled job RUN again; a close goes on at the step that failed."""
    with TerminalProgress() as progress:
        facts = run_job.retry(read_settings(), run_id, who(actor), progress.show)
    answer(facts, as_json, output.tell_outcome)


@click.command()
@click.pass_context
@JSON
def health(context: click.Context, as_json: bool) -> None:
    """Check that the published figures are whole and fresh, and that what should run does; exit 1 when not."""
    report = run_health(read_settings())
    answer(report.facts(), as_json, output.tell_health)
    context.exit(FAILED if report.failed else 0)


@click.command()
@click.argument("name", type=click.Choice(list(SWITCHES)))
@click.argument("position", type=click.Choice(["on", "off"]))
@ACTOR
@JSON
def switch(name: str, position: str, actor: str | None, as_json: bool) -> None:
    """Turn a part of the schedule on or off; it stays so across restarts."""
    settings = read_settings()
    prepare_home(settings)
    turned = turn_switch(settings.operations, name, position == "on", who(actor))
    facts = {"name": turned.name, "is_on": turned.is_on, "actor": turned.actor, "turned_at": turned.turned_at}
    answer(facts, as_json, output.tell_switch)


@click.command()
@click.option("--dry-run", is_flag=True, help="Only count what would be removed.")
@ACTOR
@JSON
def retention(dry_run: bool, actor: str | None, as_json: bool) -> None:
    """Remove personal data of orders closed longer ago than SHIPLEDGER_RETENTION_DAYS; `serve` does it daily."""
    with TerminalProgress() as progress:
        arguments = {"dry_run": dry_run}
        facts = run_job.run_job(read_settings(), "retention", arguments, who(actor), progress.show)
    answer(facts, as_json, output.tell_retention)


COMMANDS = (cancel, retry, switch, health, retention)
