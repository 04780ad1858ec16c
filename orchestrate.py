#!/usr/bin/env python
"""Shipledger's command line, a thin layer over `workflows` and `sandbox`."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn

import click

from workflows.cli.command_groups import CommandGroup, check_machine
from workflows.cli.console import JSON, PORT, print_result, say, to_json
from workflows.config.env_file import read_log_format
from workflows.config.log_lines import log_to_console, message_line
from workflows.config.places import OWNER_ONLY, PROJECT, places_of, version
from workflows.errors import (
    FAILED,
    AlreadyRunning,
    CloseRefused,
    CutoverRefused,
    PublicationRefused,
    ShipledgerError,
)

if TYPE_CHECKING:
    from sandbox.book import Book
    from workflows.config.settings import Settings


_ASK_SHIPSTATION = {"sync", "backfill", "reconcile", "eod", "eow", "eom", "upload", "serve"}
# About a third of them buy a label.
_STEPS_OF_TODAY = 90


def _print_version(context: click.Context, _option: click.Parameter, is_asked: bool) -> None:
    if is_asked and not context.resilient_parsing:
        click.echo(f"shipledger {version()}")
        context.exit()


@click.group(cls=CommandGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Print the version.",
)
def cli() -> None:
    """Inventory and billing ledger for a fulfillment house that ships through ShipStation."""


@cli.command()
@PORT
@JSON
def serve(port: int, as_json: bool) -> None:
    """Run the worker, the schedule and the page until stopped."""
    from workflows.cli import output
    from workflows.config.settings_reader import read_settings

    settings = read_settings()
    _serve(settings, port, lambda facts: print_result(facts, as_json, output.describe_serving))


@cli.command("hash-password")
@click.password_option(help="The password; prompted for, without showing it, when left out.")
@JSON
def hash_password(password: str, as_json: bool) -> None:
    """Print the hash of a password for the users file."""
    from workflows.config import roles

    print_result({"password": roles.hash_password(password)}, as_json, lambda facts: str(facts["password"]))


@cli.command()
@click.option("--once", is_flag=True, help="End after one cycle, without the page.")
@PORT
@JSON
def demo(once: bool, port: int, as_json: bool) -> None:
    """Run everything on a local ShipStation with a generated business."""
    from sandbox.business import BusinessPlan
    from workflows.cli import output
    from workflows.cli.close_commands import run_close
    from workflows.cli.cycle_commands import span_of_days
    from workflows.cli.demo_home import describe_demo
    from workflows.cli.run_job import run_job
    from workflows.cli.serving import check_port
    from workflows.config.settings_reader import read_settings

    configured = read_settings()
    if not once:
        # Now, not after the minute that the first load takes.
        check_port(configured.address, port)
    with _demo(configured) as account:
        settings = configured.model_copy(update=account | {"sync_minutes": 1})
        since, _ = span_of_days(settings, BusinessPlan().begins.date() - timedelta(days=1), None)
        loaded = run_job(settings, "backfill", {"since": since.isoformat(), "until": None}, "demo")
        facts = run_job(settings, "sync", {}, "demo")
        closed = run_close(settings, "eod", None, "demo")
        say("The first load:  " + output.describe_cycle(loaded))
        say("The next cycle:  " + output.describe_cycle(facts))
        print_result({**facts, "reports": closed["reports"]}, as_json, lambda _: output.describe_close(closed))
        say(describe_demo(click.get_current_context().find_root().info_name, configured))
        if not once:
            _serve(settings, port, lambda facts: say(output.describe_serving(facts)))


@contextmanager
def _demo(settings: Settings) -> Iterator[dict[str, Any]]:
    """Start a sandbox that trades, and yield the settings of its account."""
    from sandbox.business import BusinessPlan, generate_business
    from sandbox.carrier_bills import carrier_bills, last_billed_month, write_bills
    from workflows.cli.demo_home import begin_demo, bills_folder

    say("Starting a local ShipStation with 60 weeks of generated trade ...")
    book = generate_business(BusinessPlan())
    # Some trade of today, also on a weekend and in the early morning.
    book.trade(_STEPS_OF_TODAY)
    begin_demo(settings, book.receipts)
    write_bills(carrier_bills(book, *last_billed_month(settings.today())), bills_folder(settings))
    with _shipstation(settings, book) as account:
        yield account


@contextmanager
def _shipstation(settings: Settings, book: Book) -> Iterator[dict[str, Any]]:
    """Serve a demo's ShipStation, and keep its rows for the commands after it."""
    from sandbox.rowfiles import save_row_files
    from sandbox.server import Sandbox
    from sandbox.settings import SandboxSettings
    from workflows.cli.demo_home import note_shipstation
    from workflows.cli.worker import end_worker

    with Sandbox(SandboxSettings(rate_limit=6000), book) as box:
        rows = note_shipstation(settings, box.url)
        save_row_files(book, rows)
        try:
            yield _account(box.url)
        finally:
            # Before the sandbox: a job that is under way asks it.
            end_worker()
            save_row_files(book, rows)


def _account(url: str) -> dict[str, Any]:
    return {"base_url": url, "api_key": "sandbox", "api_secret": "sandbox", "rate_limit": 6000}


@contextmanager
def _account_of_demo(words: Sequence[str]) -> Iterator[None]:
    """Give a command the account of the demo whose home it works in, if it is one.

    The demo's ShipStation is the one that still runs in another terminal, or it is started for this command.

    Raises:
        ConfigurationError: The home is a demo's, and an account is configured.
    """
    if not _ASK_SHIPSTATION.intersection(words[:1]) or {"-h", "--help"}.intersection(words):
        yield
        return
    from sandbox.book import Book
    from sandbox.rowfiles import load_row_files, saved_row_files
    from workflows.cli.demo_home import demo_rows, running_shipstation
    from workflows.config.settings_reader import read_settings, variable_of

    settings = read_settings()
    with ExitStack() as stack:
        rows = demo_rows(settings)
        if rows is not None:
            url = running_shipstation(settings)
            if url is None:
                book = load_row_files(Book(), saved_row_files(rows))
                account = stack.enter_context(_shipstation(settings, book))
            else:
                account = _account(url)
            os.environ.update({variable_of(name): str(value) for name, value in account.items()})
        yield


def _serve(settings: Settings, port: int, announce: Callable[[dict[str, Any]], None]) -> None:
    from streamlit_app.server import page_command
    from workflows.cli.serving import serve as serve_home
    from workflows.cli.serving_copies import serve_copies
    from workflows.config import roles

    host = "localhost" if roles.is_loopback(settings.address) else settings.address
    page = settings.oidc.page_url if settings.oidc else f"http://{host}:{port}"
    facts = {"page": page, "home": str(settings.home)}
    serve = serve_copies if settings.reads_lake else serve_home
    serve(settings, page_command(port, settings.address), port, _stop_signal(), lambda: announce(facts))


def _stop_signal() -> threading.Event:
    """Return an event that is set when the process is asked to end."""
    stopped = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopped.set()

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    return stopped


def installed_command() -> int:
    """Run a command as `shipledger`, which an installed package has."""
    return main(program="shipledger")


def main(arguments: list[str] | None = None, program: str = "orchestrate.py") -> int:
    """Run a command. Every error becomes a sentence and the contract's exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    as_json = "--json" in given
    log_to_console(read_log_format(places_of(PROJECT).configuration / ".env", os.environ))
    signal.signal(signal.SIGTERM, _end_at_once)
    # Whatever a command or the page writes is its owner's alone.
    os.umask(OWNER_ONLY)
    try:
        check_machine(given)
        with _account_of_demo(given):
            outcome = cli.main(args=given, prog_name=program, standalone_mode=False)
        return outcome if isinstance(outcome, int) else 0
    except click.ClickException as problem:
        return _complain(problem.format_message(), problem.exit_code, as_json)
    except (click.Abort, KeyboardInterrupt):
        _end_at_once(signal.SIGINT, None)
    except ShipledgerError as problem:
        run_id = problem.run_id if isinstance(problem, AlreadyRunning) else None
        has_facts = isinstance(problem, CloseRefused | CutoverRefused | PublicationRefused)
        more = problem.facts if has_facts else {}
        return _complain(str(problem), problem.exit_code, as_json, run_id, **more)
    except Exception:
        logging.getLogger("shipledger").exception("Unexpected error")
        return _complain("The command failed unexpectedly; the traceback is in the log above.", FAILED, as_json)
    finally:
        # What has not imported it is no worker.
        if "workflows.cli.worker" in sys.modules:
            sys.modules["workflows.cli.worker"].end_worker()


def _end_at_once(number: int, _frame: FrameType | None) -> NoReturn:
    """End without waiting for threads: the next run resumes a job that was killed anywhere."""
    line = message_line("\nStopped. The next run resumes what was under way.")
    os.write(2, f"{line}\n".encode())
    os._exit(128 + number)


def _complain(message: str, exit_code: int, as_json: bool, run_id: str | None = None, **facts: object) -> int:
    click.echo(message_line(message, logging.ERROR), err=True)
    if as_json:
        click.echo(to_json({"error": message, "exit_code": exit_code, "run_id": run_id, **facts}))
    return exit_code


if __name__ == "__main__":
    sys.exit(main())
