"""The command `sandbox`, which runs a local ShipStation until it is stopped."""

from __future__ import annotations

import json
import logging
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import click

from sandbox.book import Book
from sandbox.business import BusinessPlan, generate_business
from sandbox.clock import Clock
from sandbox.legacy import load_legacy
from sandbox.rowfiles import load_row_files
from sandbox.server import Sandbox
from sandbox.settings import SandboxSettings

_log = logging.getLogger("sandbox")
_FILE = click.Path(path_type=Path)
_ROW_FILES = ("orders", "shipments", "fulfillments", "carriers", "stores")


def _behaviour_options(command: Callable[..., None]) -> Callable[..., None]:
    default = SandboxSettings()
    options = [
        click.option("--key", default=default.key, show_default=True, help="HTTP Basic user."),
        click.option("--secret", default=default.secret, show_default=True, help="HTTP Basic password."),
        click.option("--rate-limit", default=default.rate_limit, show_default=True, help="Requests a minute."),
        click.option("--pages-zero", is_flag=True, help="Print pages: 0 in every envelope."),
        click.option(
            "--bounds",
            type=click.Choice(["inclusive", "exclusive"]),
            default=default.bounds,
            show_default=True,
            help="Whether date filters include the second they name.",
        ),
        click.option(
            "--compare",
            type=click.Choice(["wall_times", "instants"]),
            default=default.compare,
            show_default=True,
            help="What date filters and sorting go by.",
        ),
        click.option("--visibility-delay-seconds", type=float, default=0.0, help="How late lists show changes."),
        click.option("--clock-skew-seconds", type=float, default=0.0, help="How far its clock is ahead."),
        click.option("--latency-ms", type=int, default=0, help="Time added to every answer."),
        click.option(
            "--trade-every",
            "trade_every_seconds",
            type=float,
            default=default.trade_every_seconds,
            show_default=True,
            help="Seconds between things that happen in the generated business; 0: none.",
        ),
    ]
    for option in reversed(options):
        command = option(command)
    return command


@click.command("sandbox")
@click.option("--port", default=8790, show_default=True, help="Port on 127.0.0.1; 0: any free one.")
@click.option("--seed", default=1, show_default=True, help="Seed of the generated business.")
@click.option("--weeks", type=float, default=60, show_default=True, help="Weeks of trade up to now.")
@click.option("--orders-per-day", type=float, default=30, show_default=True, help="Mean orders a day.")
@click.option("--orders", type=_FILE, help="Serve these orders (JSON lines) instead of a generated business.")
@click.option("--shipments", type=_FILE, help="Serve these labels (JSON lines).")
@click.option("--fulfillments", type=_FILE, help="Serve these fulfillments (JSON lines).")
@click.option("--carriers", type=_FILE, help="Serve these carriers (JSON lines).")
@click.option("--stores", type=_FILE, help="Serve these stores (JSON lines).")
@click.option("--legacy", type=_FILE, help="Serve the orders of the former system's database (SQLite).")
@_behaviour_options
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object once it listens.")
def sandbox_command(port: int, as_json: bool, **given: Any) -> None:
    """Run a local ShipStation until it is stopped."""
    _log_to_stderr()
    names = set(SandboxSettings.__dataclass_fields__)
    try:
        settings = SandboxSettings(**{name: value for name, value in given.items() if name in names})
        book = _make_book(settings, given)
    except ValueError as problem:
        raise click.UsageError(str(problem)) from problem
    running = Sandbox(settings, book, port=port)
    try:
        running.start()
    except OSError as problem:
        reason = f"Port {port} on 127.0.0.1 cannot be used ({problem.strerror}): choose another with --port."
        raise click.ClickException(reason) from problem
    # Before the address is known, so that whoever reads it can stop it.
    stopped = _set_by_signals()
    counts = book.counts()
    _log.info("listening on %s, key %s, secret %s: %s", running.url, settings.key, settings.secret, counts)
    if as_json:
        answer = {"url": running.url, "key": settings.key, "secret": settings.secret, "counts": counts}
        click.echo(json.dumps(answer))
        sys.stdout.flush()
    stopped.wait()
    running.stop()
    _log.info("stopped")


def _make_book(settings: SandboxSettings, given: dict[str, Any]) -> Book:
    files = {name: given[name] for name in _ROW_FILES if given[name] is not None}
    if given["legacy"] is not None and files:
        raise ValueError("--legacy and files of rows cannot be served together: choose one.")
    book = Book(Clock(settings.clock_skew_seconds), settings.compare, settings.visibility_delay_seconds)
    if given["legacy"] is not None:
        return load_legacy(book, given["legacy"])
    if set(files) & {"orders", "shipments", "fulfillments"}:
        return load_row_files(book, files)
    plan = BusinessPlan(
        seed=given["seed"],
        end=book.clock.now(),
        weeks=given["weeks"],
        orders_per_day=given["orders_per_day"],
    )
    return load_row_files(generate_business(plan, book), files)


def _set_by_signals() -> threading.Event:
    stopped = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        stopped.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    return stopped


def _log_to_stderr() -> None:
    if not logging.getLogger().handlers:
        logging.basicConfig(
            level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s %(message)s"
        )


COMMANDS = (sandbox_command,)

if __name__ == "__main__":
    sandbox_command()
