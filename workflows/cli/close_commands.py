"""The commands eod, eow and eom."""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from workflows.cli import output
from workflows.cli.console import ACTOR, JSON, Day, print_result, who
from workflows.cli.run_job import run_job
from workflows.closes.readiness import ready_to_close
from workflows.config.home_directory import prepare_home
from workflows.config.periods import CloseKind
from workflows.config.settings import Settings
from workflows.config.settings_reader import read_settings
from workflows.config.shipstation_account import account_of

_HELP: dict[CloseKind, str] = {
    "eod": "Close the day: sync, shipped orders, inventory and alerts, the day's summary and count sheet.",
    "eow": "Close the week: its Friday first, if that is open; then the weekly report as PDF and XLSX, by e-mail. "
    "From Friday on this week is due, before that the previous one.",
    "eom": "Close the month: its last weekday and week first, if they are open; then the charge report as "
    "invoice, by e-mail. From its last weekday on this month is due, until the 3rd the previous one.",
}


def _command(kind: CloseKind) -> click.Command:
    @click.command(kind, help=_HELP[kind])
    @click.option(
        "--date", "day", type=Day(), default=None, help="A day of the period, YYYY-MM-DD; the due one by default."
    )
    @click.option("--force", is_flag=True, help="Run all steps again as a new version.")
    @click.option(
        "--incomplete",
        is_flag=True,
        help="Close it although not all of it is loaded; every page then says so.",
    )
    @ACTOR
    @JSON
    def close(day: date | None, force: bool, incomplete: bool, actor: str | None, as_json: bool) -> None:
        facts = run_close(read_settings(), kind, day, who(actor), force=force, incomplete=incomplete)
        print_result(facts, as_json, output.describe_close)

    return close


def run_close(
    settings: Settings,
    kind: CloseKind,
    day: date | None,
    actor: str,
    *,
    force: bool = False,
    incomplete: bool = False,
) -> dict[str, Any]:
    """Close a day, week or month, and return what was closed.

    Args:
        settings: The configuration.
        kind: eod, eow or eom.
        day: A day of the period; None for what is due.
        actor: Who asked.
        force: Run all steps again as a new version.
        incomplete: Close it although something is not loaded.

    Raises:
        ShipledgerError: With the contract's exit code.
    """
    account_of(settings)
    prepare_home(settings)
    period = ready_to_close(settings, kind, day, force=force, incomplete=incomplete)
    arguments = {"date": period.first.isoformat(), "force": force, "incomplete": incomplete}
    return run_job(settings, kind, arguments, actor)


COMMANDS = tuple(_command(kind) for kind in _HELP)
