#!/usr/bin/env python
"""Shipledger's command line: thin, over `workflows` and `sandbox`."""

from __future__ import annotations

import getpass
import json
import logging
import sys
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import click

from workflows import commands
from workflows.errors import FAILED, WRONG_USAGE, AlreadyRunning, ShipledgerError
from workflows.progress import TerminalProgress
from workflows.settings import read_settings

_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object on standard output.")
_ACTOR = click.option("--actor", default=None, help="Who does this; your login by default.")


class _Day(click.ParamType):
    """A calendar day as YYYY-MM-DD."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Read the day, or fail with a sentence."""
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"'{value}' is no date. Write it as YYYY-MM-DD, for example 2025-09-30.", param, ctx)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """One ledger from ShipStation's orders to the shelf, the week's plan and the month's bill."""


@cli.command()
@_ACTOR
@_JSON
def sync(actor: str | None, as_json: bool) -> None:
    """Bring in what changed in ShipStation, build, test and publish."""
    with TerminalProgress() as progress:
        facts = commands.sync(read_settings(), _who(actor), progress.show)
    _answer(facts, as_json, _tell_cycle)


@cli.command()
@click.option("--since", type=_Day(), required=True, help="First day of modification, YYYY-MM-DD.")
@click.option("--until", type=_Day(), default=None, help="Last day, included; now by default.")
@_ACTOR
@_JSON
def backfill(since: date, until: date | None, actor: str | None, as_json: bool) -> None:
    """Bring in a span of modification dates; a stopped one goes on where it was."""
    with TerminalProgress() as progress:
        facts = commands.backfill(read_settings(), since, until, _who(actor), progress.show)
    _answer(facts, as_json, _tell_cycle)


def _who(actor: str | None) -> str:
    try:
        return actor or getpass.getuser()
    except OSError:
        return "unknown"


def _answer(facts: dict[str, Any], as_json: bool, tell: Callable[[dict[str, Any]], str]) -> None:
    click.echo(_to_json(facts) if as_json else tell(facts))


def _tell_cycle(facts: dict[str, Any]) -> str:
    done = (
        f"{facts['orders_fetched']} orders read, {facts['orders_changed']} of them new or changed; "
        f"{facts['shipments_fetched']} shipments and {facts['fulfillments_fetched']} fulfillments read; "
        f"{facts['api_requests']} requests, {facts['seconds']:.1f} s.\n"
    )
    built = (
        f"Published {facts['published']}." if facts["built"] else f"Nothing new; {facts['published']} stands."
    )
    return done + built


def _to_json(value: dict[str, Any]) -> str:
    def plain(item: Any) -> Any:
        if isinstance(item, date | datetime):
            return item.isoformat()
        raise TypeError(f"{type(item)} has no JSON form")

    return json.dumps(value, default=plain)


def main(arguments: list[str] | None = None) -> int:
    """Run a command; every error becomes a sentence and the contract's exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    as_json = "--json" in given
    logging.basicConfig(
        stream=sys.stderr, level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s"
    )
    try:
        outcome = cli.main(args=given, prog_name="orchestrate.py", standalone_mode=False)
        return outcome if isinstance(outcome, int) else 0
    except click.ClickException as problem:
        return _complain(problem.format_message(), WRONG_USAGE, as_json)
    except click.Abort:
        return _complain("Stopped. What was under way goes on with the next run.", 130, as_json)
    except ShipledgerError as problem:
        run_id = problem.run_id if isinstance(problem, AlreadyRunning) else None
        return _complain(str(problem), problem.exit_code, as_json, run_id)
    except Exception:
        logging.getLogger("shipledger").exception("Unexpected error")
        return _complain("Something unexpected went wrong; the log above says where.", FAILED, as_json)


def _complain(message: str, exit_code: int, as_json: bool, run_id: str | None = None) -> int:
    click.echo(message, err=True)
    if as_json:
        click.echo(_to_json({"error": message, "exit_code": exit_code, "run_id": run_id}))
    return exit_code


if __name__ == "__main__":
    sys.exit(main())
