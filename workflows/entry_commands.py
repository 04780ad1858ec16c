"""The commands for operators' entries: receive, adjust, count, repack and lot."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from typing import Any

import click

from workflows.answers import tell_entry, tell_lot_state
from workflows.console import ACTOR, JSON, Day, answer, who
from workflows.entries import LOT_STATUSES, EntryRequest, record_entry, record_lot_state
from workflows.operations import LotState
from workflows.settings import read_settings

_SKU = click.option("--sku", required=True, help="The product, five digits.")
_DATE = click.option(
    "--date", "day", type=Day(), default=None, help="The day it happened, YYYY-MM-DD; today by default."
)
_REASON = click.option("--reason", default=None, help="Why; needed for an adjustment and a correction.")
_NOTE = click.option("--note", default=None, help="Anything else.")


def _entry_options(quantity_help: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    options = [
        _SKU,
        click.option("--lot", default=None, help="The lot, five or more digits."),
        click.option("--quantity", type=int, required=True, help=quantity_help),
        _DATE,
        _REASON,
        _NOTE,
        click.option("--corrects", default=None, help="The id of the entry that this one corrects."),
        click.option("--entry-id", default=None, help="An id of your own; a repeat with it is recorded once."),
        ACTOR,
        JSON,
    ]

    def add(command: Callable[..., None]) -> Callable[..., None]:
        for option in reversed(options):
            command = option(command)
        return command

    return add


@click.command()
@_entry_options("Units received, 1 or more.")
def receive(as_json: bool, **given: Any) -> None:
    """Enter a delivery. Two equal deliveries are two entries."""
    _record("receive", as_json, **given)


@click.command()
@_entry_options("Units found (positive) or lost (negative, such as -6).")
def adjust(as_json: bool, **given: Any) -> None:
    """Enter units found or lost, with the reason."""
    _record("adjust", as_json, **given)


@click.command()
@_entry_options("Units counted on the shelf, 0 included; with --lot, of that lot.")
def count(as_json: bool, **given: Any) -> None:
    """Enter a count: it is compared with the ledger now, and the difference is booked, also when it is 0."""
    _record("count", as_json, **given)


@click.command()
@click.option("--from-lot", default=None, help="The lot the units move from, to --lot.")
@_entry_options("Units that come back onto the shelf; negative: are taken off it to be repacked.")
def repack(as_json: bool, **given: Any) -> None:
    """Enter repacked units: back onto the shelf, or with --from-lot from one lot to another."""
    _record("repack", as_json, **given)


@click.command()
@_SKU
@click.option("--lot", required=True, help="The lot, five or more digits.")
@click.option("--status", type=click.Choice(LOT_STATUSES), required=True, help="What it is from that day on.")
@_DATE
@_REASON
@_NOTE
@ACTOR
@JSON
def lot(
    sku: str,
    lot: str,
    status: str,
    day: date | None,
    reason: str | None,
    note: str | None,
    actor: str | None,
    as_json: bool,
) -> None:
    """Enter what a lot is from a day on: active, quarantined or retired."""
    settings = read_settings()
    since = day or settings.today()
    state = record_lot_state(settings, LotState(sku, lot, status, since, reason or "", who(actor), note))
    answer(asdict(state), as_json, tell_lot_state)


COMMANDS = (receive, adjust, count, repack, lot)


def _record(
    kind: Any, as_json: bool, *, sku: str, lot: str | None, day: date | None, actor: str | None, **given: Any
) -> None:
    settings = read_settings()
    request = EntryRequest(
        kind=kind,
        sku_code=sku,
        lot_number=lot,
        entry_date=day or settings.today(),
        actor=who(actor),
        **given,
    )
    answer(record_entry(settings, request).facts(), as_json, tell_entry)
