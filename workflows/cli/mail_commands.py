"""The command mail."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import click

from workflows.cli import output
from workflows.cli.console import JSON, print_result
from workflows.config.home_directory import prepare_home
from workflows.config.mail_settings import NO_SERVER, SET_A_SERVER
from workflows.config.settings_reader import read_settings
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
        raise ConfigurationError(NO_SERVER, advice=SET_A_SERVER)
    prepare_home(settings)
    now = datetime.now(UTC)
    if key:
        retry_mail(settings, key)
    only = f"{TEST}{now.isoformat()}" if is_test else None
    if only:
        queue_mail(settings, only, "Shipledger: test of the mail server", _TEST, [])
    deliver_outbox(settings, datetime.now(UTC), only)
    mails = read_outbox(settings, only)
    facts = {"is_on": bool(settings.recipients), "mails": [with_command(asdict(one)) for one in mails]}
    print_result(facts, as_json, output.describe_mail)
    context.exit(FAILED if is_test and any(one.state != "sent" for one in mails) else 0)


def with_command(mail: dict[str, Any]) -> dict[str, Any]:
    """Return a mail with the command that sends it again in its detail, where that can help."""
    detail = mail["detail"]
    # An earlier release stored the command itself. A file that has changed is refused again.
    helps = mail["state"] in ("given up", "uncertain")
    if not helps or "`mail --retry" in detail or "Close the period again" in detail:
        return mail
    return mail | {"detail": f"{detail} `mail --retry {mail['key']}` sends it again."}


COMMANDS = (mail,)
