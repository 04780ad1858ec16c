"""The common options of the commands, and their output."""

from __future__ import annotations

import getpass
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import click

from workflows.config.log_lines import message_line

_FIRST_YEAR, _LAST_YEAR = 1970, 2999

JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object on standard output.")
PORT = click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8501,
    show_default=True,
    help="The page's port on this machine.",
)
ACTOR = click.option("--actor", default=None, help="Your name; your login by default.")


class Day(click.ParamType[date]):
    """A calendar day as YYYY-MM-DD."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Parse the day, or fail with a sentence."""
        try:
            day = date.fromisoformat(value)
        except ValueError:
            self.fail(f"'{value}' is no date. Write it as YYYY-MM-DD, for example 2025-09-30.", param, ctx)
        if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
            years = f"{_FIRST_YEAR} to {_LAST_YEAR}"
            self.fail(f"'{value}' is too far away: use a day of the years {years}.", param, ctx)
        return day


class Month(click.ParamType[date]):
    """A month as YYYY-MM; its value is the first day."""

    name = "month"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Parse the month, or fail with a sentence."""
        try:
            return datetime.strptime(value, "%Y-%m").replace(tzinfo=UTC).date()
        except ValueError:
            self.fail(f"'{value}' is no month. Write it as YYYY-MM, for example 2025-09.", param, ctx)


def say(text: str) -> None:
    """Print a message for a person on standard error."""
    click.echo(message_line(text), err=True)


def who(actor: str | None) -> str:
    """Return the actor: as given, else the login."""
    try:
        return actor or getpass.getuser()
    except OSError:
        return "unknown"


def print_result(facts: dict[str, Any], as_json: bool, describe: Callable[[dict[str, Any]], str]) -> None:
    """Print a command's result on standard output, as one JSON object or as text."""
    click.echo(to_json(facts) if as_json else describe(facts))


def to_json(value: dict[str, Any]) -> str:
    """Return facts as JSON on one line; dates and instants in ISO format."""

    def plain(item: Any) -> Any:
        if isinstance(item, date | datetime):
            return item.isoformat()
        raise TypeError(f"{type(item)} has no JSON form")

    return json.dumps(value, default=plain)
