#!/usr/bin/env python
"""Shipledger's command line: thin, over `workflows` and `sandbox`."""

from __future__ import annotations

import getpass
import json
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from types import FrameType
from typing import Any, NoReturn

import click

from workflows import commands
from workflows.errors import FAILED, AlreadyRunning, ShipledgerError
from workflows.progress import TerminalProgress
from workflows.rehearsal import begin_rehearsal
from workflows.serving import serve as serve_home
from workflows.settings import Settings, read_settings
from workflows.status import read_status
from workflows.worker import end_worker

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


class _Commands(click.Group):
    """The commands; the sandbox, which brings a web server, is imported only when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, the sandbox's included."""
        return sorted([*super().list_commands(ctx), "sandbox"])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name."""
        if cmd_name != "sandbox":
            return super().get_command(ctx, cmd_name)
        from sandbox.cli import sandbox_command

        return sandbox_command


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
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


@cli.command()
@click.option("--since", type=_Day(), required=True, help="First day, YYYY-MM-DD.")
@click.option("--until", type=_Day(), default=None, help="Last day, included; now by default.")
@click.option("--repair", is_flag=True, help="Load what is missing or different.")
@_ACTOR
@_JSON
def reconcile(since: date, until: date | None, repair: bool, actor: str | None, as_json: bool) -> None:
    """Compare ShipStation with the warehouse, field by field."""
    with TerminalProgress() as progress:
        facts = commands.reconcile(read_settings(), since, until, repair, _who(actor), progress.show)
    _answer(facts, as_json, _tell_comparison)


@cli.command()
@_JSON
def status(as_json: bool) -> None:
    """Tell how things stand: watermark, runs, jobs, freshness, alerts."""
    _answer(read_status(read_settings()), as_json, _tell_status)


@cli.command()
@click.option("--port", default=8501, show_default=True, help="The page's port on this machine.")
@_JSON
def serve(port: int, as_json: bool) -> None:
    """Run the worker, the schedule and the page until stopped."""
    from streamlit_app.server import page_command

    settings = read_settings()
    serve_home(
        settings,
        page_command(port),
        _stop_signal(),
        announce=lambda: _answer(_serving(settings, port), as_json, _tell_serving),
    )


@cli.command()
@click.option("--once", is_flag=True, help="End after one cycle, without the page.")
@click.option("--port", default=8501, show_default=True, help="The page's port on this machine.")
@_JSON
def demo(once: bool, port: int, as_json: bool) -> None:
    """Rehearse all of it on a local ShipStation with a generated business."""
    from sandbox.business import BusinessPlan

    settings = read_settings()
    with _rehearsed(settings) as rehearsed:
        with TerminalProgress() as progress:
            first_day = BusinessPlan().begins.date() - timedelta(days=1)
            loaded = commands.backfill(rehearsed, first_day, None, "demo", progress.show)
            facts = commands.sync(rehearsed, "demo", progress.show)
        _say("The first load:  " + _tell_cycle(loaded))
        _answer(facts, as_json, lambda cycle: "The next cycle:  " + _tell_cycle(cycle))
        if not once:
            from streamlit_app.server import page_command

            serve_home(
                rehearsed,
                page_command(port),
                _stop_signal(),
                announce=lambda: _say(_tell_serving(_serving(rehearsed, port))),
                sync_every_minutes=1,
            )


@contextmanager
def _rehearsed(settings: Settings) -> Iterator[Settings]:
    """A sandbox that trades, and the settings to work on it."""
    from sandbox.business import BusinessPlan, generate_business
    from sandbox.server import Sandbox
    from sandbox.settings import SandboxSettings

    _say("Starting a local ShipStation with 60 weeks of generated trade ...")
    book = generate_business(BusinessPlan())
    with Sandbox(SandboxSettings(rate_limit=6000), book) as box:
        begin_rehearsal(settings, book.receipts)
        yield replace(settings, base_url=box.url, api_key="sandbox", api_secret="sandbox", rate_limit=6000)


def _serving(settings: Settings, port: int) -> dict[str, str]:
    return {"page": f"http://localhost:{port}", "home": str(settings.home)}


def _stop_signal() -> threading.Event:
    """Set when the process is asked to end."""
    stopped = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopped.set()

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    return stopped


def _say(text: str) -> None:
    """Tell a person something beside the answer."""
    click.echo(text, err=True)


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
    built = f"Published {facts['published']}." if facts["built"] else f"Nothing new; {facts['published']} stands."
    return done + built


def _tell_comparison(facts: dict[str, Any]) -> str:
    lines = [f"{'':<14}{'ShipStation':>12}{'here':>10}"]
    lines += [
        f"{table:<14}{there:>12}{facts['rows_here'][table]:>10}" for table, there in facts["rows_there"].items()
    ]
    lines.append(f"{'units':<14}{facts['units_there']:>12}{facts['units_here']:>10}")
    lines.append(
        f"{facts['missing_here']} missing here, {facts['missing_there']} missing there, "
        f"{facts['different']} different; {facts['repaired']} repaired."
    )
    for one in facts["differences"]:
        fields = f" ({', '.join(one['fields'])})" if one["fields"] else ""
        lines.append(f"  {one['table']} {one['key']}: {one['kind'].replace('_', ' ')}{fields}")
    return "\n".join(lines)


def _tell_serving(facts: dict[str, Any]) -> str:
    return f"The page is at {facts['page']}; the data is in {facts['home']}. Stop with Ctrl-C."


def _tell_status(facts: dict[str, Any]) -> str:
    fresh = facts["freshness"]
    worker = "a worker is running" if facts["worker_running"] else "no worker is running"
    snapshot = f"{fresh['snapshot']} ({fresh['age_seconds']} s old)" if fresh["snapshot"] else "none yet"
    lines = [
        f"Home       {facts['home']} ({worker})",
        f"Watermark  {facts['watermark'] or 'none yet'}",
        f"Snapshot   {snapshot}",
    ]
    for kind, run in facts["last_runs"].items():
        lines.append(f"Last {kind:<9} " + (f"{run['status']} at {run['finished_at']}" if run else "never"))
    lines += [f"Job        {job['kind']} {job['status']} (run {job['run_id']})" for job in facts["open_jobs"]]
    lines += [f"Red test   {name}" for name in facts["failed_tests"]]
    lines += [f"{alert['level'].capitalize():<10} {alert['message']}" for alert in facts["alerts"]]
    return "\n".join(lines)


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
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    signal.signal(signal.SIGTERM, _end_at_once)
    try:
        outcome = cli.main(args=given, prog_name="orchestrate.py", standalone_mode=False)
        return outcome if isinstance(outcome, int) else 0
    except click.ClickException as problem:
        return _complain(problem.format_message(), problem.exit_code, as_json)
    except (click.Abort, KeyboardInterrupt):
        _end_at_once(signal.SIGINT, None)
    except ShipledgerError as problem:
        run_id = problem.run_id if isinstance(problem, AlreadyRunning) else None
        return _complain(str(problem), problem.exit_code, as_json, run_id)
    except Exception:
        logging.getLogger("shipledger").exception("Unexpected error")
        return _complain("Something unexpected went wrong; the log above says where.", FAILED, as_json)
    finally:
        end_worker()


def _end_at_once(number: int, _frame: FrameType | None) -> NoReturn:
    """End without waiting for threads: a job is made to be killed anywhere, and is resumed by the next run."""
    os.write(2, b"\nStopped. What was under way goes on with the next run.\n")
    os._exit(128 + number)


def _complain(message: str, exit_code: int, as_json: bool, run_id: str | None = None) -> int:
    click.echo(message, err=True)
    if as_json:
        click.echo(_to_json({"error": message, "exit_code": exit_code, "run_id": run_id}))
    return exit_code


if __name__ == "__main__":
    sys.exit(main())
