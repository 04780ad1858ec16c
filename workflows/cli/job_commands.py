"""The commands cancel, retry, health, switch and retention."""

from __future__ import annotations

import click

from workflows.cli import backup_output, output, run_job
from workflows.cli.console import ACTOR, JSON, print_result, who
from workflows.config.home_directory import prepare_home
from workflows.config.settings_reader import read_settings
from workflows.entries.switches import SWITCHES, turn_switch
from workflows.errors import FAILED
from workflows.jobs.client import job_client
from workflows.monitoring.health import run_health


@click.command()
@click.argument("run_id", metavar="RUN")
@JSON
def cancel(run_id: str, as_json: bool) -> None:
    """Cancel the queued or running job RUN. A running one ends at its next step."""
    settings = read_settings()
    prepare_home(settings)
    with job_client(settings) as jobs:
        job = jobs.cancel(run_id)
    facts = {"run_id": job.run_id, "kind": job.kind, "status": job.status}
    print_result(facts, as_json, output.describe_cancelled)


@click.command()
@click.argument("run_id", metavar="RUN")
@ACTOR
@JSON
def retry(run_id: str, actor: str | None, as_json: bool) -> None:
    """Run the failed or cancelled job RUN again. A close resumes at the step that failed."""
    print_result(run_job.retry(read_settings(), run_id, who(actor)), as_json, output.describe_outcome)


@click.command()
@click.pass_context
@JSON
def health(context: click.Context, as_json: bool) -> None:
    """Check the integrity and freshness of the published data, and the service. Exit 1 when a check fails."""
    report = run_health(read_settings())
    print_result(report.facts(), as_json, output.describe_health)
    context.exit(FAILED if report.failed else 0)


@click.command()
@click.argument("name", type=click.Choice(list(SWITCHES)))
@click.argument("position", type=click.Choice(["on", "off"]))
@ACTOR
@JSON
def switch(name: str, position: str, actor: str | None, as_json: bool) -> None:
    """Turn a part of the schedule on or off. It stays so across restarts."""
    settings = read_settings()
    prepare_home(settings)
    turned = turn_switch(settings.operations, name, position == "on", who(actor))
    facts = {"name": turned.name, "is_on": turned.is_on, "actor": turned.actor, "turned_at": turned.turned_at}
    print_result(facts, as_json, output.describe_switch)


@click.command()
@click.option("--dry-run", is_flag=True, help="Only count what would be redacted.")
@ACTOR
@JSON
def retention(dry_run: bool, actor: str | None, as_json: bool) -> None:
    """Redact personal data of orders closed over SHIPLEDGER_RETENTION_DAYS ago. `serve` does it daily."""
    facts = run_job.run_job(read_settings(), "retention", {"dry_run": dry_run}, who(actor))
    print_result(facts, as_json, backup_output.describe_retention)


COMMANDS = (cancel, retry, switch, health, retention)
