"""The command mail."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime

import click

from workflows.cli import output
from workflows.cli.console import JSON, print_result
from workflows.config.home_directory import prepare_home
from workflows.config.mail_settings import NO_SERVER
from workflows.config.settings import read_settings
from workflows.errors import FAILED, ConfigurationError, UsageError
from workflows.mail import TEST, deliver_outbox, queue_mail, read_outbox, retry_mail

_TEST = "This is a test of the mail server. Reports will come the same way."


@click.command()
@click.option(
    "--retry",
    "key",
    default=None,
    metavar="KEY",
    help="Send this mail again to those who may lack it.",
)
@click.option(
    "--test", "is_test", is_flag=True, help="Only send a test mail to SHIPLEDGER_MAIL_TO and the webhook."
)
@click.pass_context
@JSON
def mail(context: click.Context, key: str | None, is_test: bool, as_json: bool) -> None:
    """Show the outbox, and send the mails that are due. With --test, exit 1 when the test mail was not sent."""
    if key and is_test:
        raise UsageError("Give --retry KEY or --test, not both.")
    settings = read_settings()
    if not settings.recipients and (key or is_test):
        raise ConfigurationError(NO_SERVER.command_line)
    prepare_home(settings)
    now = datetime.now(UTC)
    if key:
        retry_mail(settings, key)
    only = f"{TEST}{now.isoformat()}" if is_test else None
    if only:
        queue_mail(settings, only, "Shipledger: test of the mail server", _TEST, [])
    deliver_outbox(settings, datetime.now(UTC), only)
    mails = read_outbox(settings, only)
    facts = {"is_on": bool(settings.recipients), "mails": [asdict(one) for one in mails]}
    print_result(facts, as_json, output.describe_mail)
    context.exit(FAILED if is_test and any(one.state != "sent" for one in mails) else 0)


COMMANDS = (mail,)
