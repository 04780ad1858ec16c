"""The commands sync, backfill, reconcile and status."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import click

from workflows.cli import output
from workflows.cli.console import ACTOR, JSON, Day, print_result, who
from workflows.cli.run_job import run_job
from workflows.config.periods import begin_of
from workflows.config.settings import Settings
from workflows.config.settings_reader import read_settings
from workflows.config.shipstation_account import account_of
from workflows.errors import UsageError
from workflows.monitoring.status import read_status

_UNTIL = click.option("--until", type=Day(), default=None, help="Last day, included; now by default.")

_ACCEPT_LOSS = click.option(
    "--accept-loss", is_flag=True, help="Publish although rows of the published snapshot are missing."
)


@click.command()
@_ACCEPT_LOSS
@ACTOR
@JSON
def sync(accept_loss: bool, actor: str | None, as_json: bool) -> None:
    """Load what changed in ShipStation, then build, test and publish."""
    settings = read_settings()
    account_of(settings)
    arguments = {"accept_loss": accept_loss}
    print_result(run_job(settings, "sync", arguments, who(actor)), as_json, output.describe_cycle)


@click.command()
@click.option("--since", type=Day(), required=True, help="First day of modification, YYYY-MM-DD.")
@_UNTIL
@_ACCEPT_LOSS
@ACTOR
@JSON
def backfill(since: date, until: date | None, accept_loss: bool, actor: str | None, as_json: bool) -> None:
    """Load a span of modification dates. A stopped backfill is resumed."""
    settings = read_settings()
    account_of(settings)
    start, end = span_of_days(settings, since, until)
    arguments = {
        "since": start.isoformat(),
        "until": end.isoformat() if end else None,
        "accept_loss": accept_loss,
    }
    print_result(run_job(settings, "backfill", arguments, who(actor)), as_json, output.describe_cycle)


@click.command()
@click.option("--since", type=Day(), required=True, help="First day, YYYY-MM-DD.")
@_UNTIL
@click.option("--repair", is_flag=True, help="Load what is missing or different.")
@ACTOR
@JSON
def reconcile(since: date, until: date | None, repair: bool, actor: str | None, as_json: bool) -> None:
    """Sync, then compare ShipStation with the warehouse, field by field."""
    settings = read_settings()
    account_of(settings)
    start, end = span_of_days(settings, since, until)
    arguments = {"since": start.isoformat(), "until": (end or datetime.now(UTC)).isoformat(), "repair": repair}
    print_result(run_job(settings, "reconcile", arguments, who(actor)), as_json, output.describe_comparison)


@click.command()
@JSON
def status(as_json: bool) -> None:
    """Show watermark, last runs, jobs, freshness and alerts."""
    print_result(read_status(read_settings()), as_json, output.describe_status)


COMMANDS = (sync, backfill, reconcile, status)


def span_of_days(settings: Settings, since: date, until: date | None) -> tuple[datetime, datetime | None]:
    """Return the instants (UTC) at which a span of business days begins and ends.

    Args:
        settings: For the business's time zone.
        since: First day.
        until: Last day, included; None for now, and then there is no end.

    Raises:
        UsageError: The span is in the future, or empty.
    """
    if since > settings.today():
        raise UsageError(f"--since {since} lies in the future. Give a day up to today, {settings.today()}.")
    if until is not None and until < since:
        raise UsageError(f"--until {until} lies before --since {since}. Give the later day as --until.")
    zone = settings.timezone
    return begin_of(since, zone), begin_of(until + timedelta(days=1), zone) if until else None
