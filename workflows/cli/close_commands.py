"""The commands eod, eow and eom."""

from __future__ import annotations

from datetime import date

import click

from workflows.cli import output, run_job
from workflows.cli.console import ACTOR, JSON, Day, answer, who
from workflows.config.periods import CloseKind
from workflows.config.settings import read_settings
from workflows.jobs.progress import TerminalProgress

_HELP: dict[CloseKind, str] = {
    "eod": "Close the day: sync, what shipped, inventory and alerts, the day's summary and count sheet.",
    "eow": "Close the week, its Friday first: weekly report as PDF and XLSX, by e-mail. From Friday on this week "
    "is due, before that the one before.",
    "eom": "Close the month, its last weekday and week first: charge report as invoice, by e-mail. From its last "
    "weekday on this month is due, until the 3rd the one before.",
}


def _command(kind: CloseKind) -> click.Command:
    @click.command(kind, help=_HELP[kind])
    @click.option(
        "--date", "day", type=Day(), default=None, help="A day of the period, YYYY-MM-DD; what is due by default."
    )
    @click.option("--force", is_flag=True, help="Run all steps again as a new version; what was sent is kept.")
    @click.option(
        "--incomplete", is_flag=True, help="Close it although not all of it is loaded; then every page says so."
    )
    @ACTOR
    @JSON
    def close(day: date | None, force: bool, incomplete: bool, actor: str | None, as_json: bool) -> None:
        with TerminalProgress() as progress:
            facts = run_job.close(
                read_settings(), kind, day, force, who(actor), progress.show, incomplete=incomplete
            )
        answer(facts, as_json, output.tell_close)

    return close


COMMANDS = tuple(_command(kind) for kind in _HELP)
