"""The commands receive, adjust, count, repack and lot."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from typing import Any

import click

from workflows.cli.console import ACTOR, JSON, Day, print_result, who
from workflows.cli.output import describe_entry, describe_lot_state
from workflows.config.settings_reader import read_settings
from workflows.entries.entry_log import NO_EXPIRY, LotState
from workflows.entries.later_counts import CountAnswer
from workflows.entries.lot_states import LOT_STATUSES, record_lot_state
from workflows.entries.recording import EntryRequest, record_entry
from workflows.errors import UsageError

_SKU = click.option("--sku", required=True, help="The product, five digits.")
_DATE = click.option(
    "--date", "day", type=Day(), default=None, help="The day it happened, YYYY-MM-DD; today by default."
)
_REASON = click.option("--reason", default=None, help="Why; required for an adjustment and a correction.")
_NOTE = click.option("--note", default=None, help="Anything else.")
_EARLIEST = "earliest"


class _FirstDay(Day):
    """A day, or `earliest` as `date.min`."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        return date.min if value == _EARLIEST else super().convert(value, param, ctx)


class _ExpiryDay(click.ParamType[Any]):
    """A day, or `none`."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        return NO_EXPIRY if value == NO_EXPIRY else Day().convert(value, param, ctx)


_SEEN = click.option(
    "--seen-by-count",
    type=_FirstDay(),
    is_flag=False,
    flag_value=_EARLIEST,
    default=None,
    metavar="[DATE]",
    help="A count on or after --date included this: it is recorded, and the stock after it stays as counted. "
    "Of several counts, DATE is the day of the first that included it; the earliest by default.",
)
_NOT_SEEN = click.option(
    "--not-seen-by-count",
    is_flag=True,
    help="No count on or after --date included this: the stock changes by it.",
)
_EXPIRES = click.option("--expires", type=Day(), default=None, help="The lot's expiry date, YYYY-MM-DD; optional.")
_Decorator = Callable[[Callable[..., None]], Callable[..., None]]


def _entry_options(quantity_help: str, *more: _Decorator) -> _Decorator:
    options: list[_Decorator] = [
        _SKU,
        click.option("--lot", default=None, help="The lot, five or more digits."),
        click.option("--quantity", type=int, required=True, help=quantity_help),
        _DATE,
        _REASON,
        _NOTE,
        click.option("--corrects", default=None, help="The id of the entry that this one corrects."),
        click.option("--entry-id", default=None, help="An id of your own; a repeat with it is recorded once."),
        *more,
        ACTOR,
        JSON,
    ]

    def add(command: Callable[..., None]) -> Callable[..., None]:
        for option in reversed(options):
            command = option(command)
        return command

    return add


@click.command()
@_entry_options("Units received, 1 or more.", _EXPIRES, _SEEN, _NOT_SEEN)
def receive(as_json: bool, **given: Any) -> None:
    """Record a delivery. Two equal deliveries are two entries."""
    _record("receive", as_json, **given)


@click.command()
@_entry_options("Units found (positive) or lost (negative, such as -6).", _SEEN, _NOT_SEEN)
def adjust(as_json: bool, **given: Any) -> None:
    """Record units found or lost, with the reason."""
    _record("adjust", as_json, **given)


@click.command()
@_entry_options("Units counted on the shelf, 0 included; with --lot, of that lot.")
def count(as_json: bool, **given: Any) -> None:
    """Record a count. The difference to the ledger is booked, also when it is 0."""
    _record("count", as_json, **given)


@click.command()
@click.option("--from-lot", default=None, help="The lot the units move from, to --lot.")
@_entry_options("Units returned to the shelf; negative for units taken off.", _SEEN, _NOT_SEEN)
def repack(as_json: bool, **given: Any) -> None:
    """Record repacked units: back onto the shelf, or with --from-lot from one lot to another."""
    _record("repack", as_json, **given)


@click.command()
@_SKU
@click.option("--lot", required=True, help="The lot, five or more digits.")
@click.option("--status", type=click.Choice(LOT_STATUSES), default=None, help="Its status from that day on.")
@click.option(
    "--expires",
    type=_ExpiryDay(),
    default=None,
    help="Its expiry date, YYYY-MM-DD, or none to remove it.",
)
@click.option(
    "--date", "day", type=Day(), default=None, help="First day of the status, YYYY-MM-DD; today by default."
)
@click.option("--reason", default=None, help="Why; required for a status.")
@_NOTE
@ACTOR
@JSON
def lot(
    sku: str,
    lot: str,
    status: str | None,
    expires: Any,
    day: date | None,
    reason: str | None,
    note: str | None,
    actor: str | None,
    as_json: bool,
) -> None:
    """Record the status of a lot from a day on (active, quarantined, retired), its expiry date, or both."""
    settings = read_settings()
    since = day or settings.today()
    said = LotState(sku, lot, status, since, reason, who(actor), note, expires=expires)
    print_result(asdict(record_lot_state(settings, said)), as_json, describe_lot_state)


COMMANDS = (receive, adjust, count, repack, lot)


def _record(
    kind: Any,
    as_json: bool,
    *,
    sku: str,
    lot: str | None,
    day: date | None,
    actor: str | None,
    seen_by_count: date | None = None,
    not_seen_by_count: bool = False,
    **given: Any,
) -> None:
    settings = read_settings()
    request = EntryRequest(
        kind=kind,
        sku_code=sku,
        lot_number=lot,
        entry_date=day or settings.today(),
        actor=who(actor),
        count_answer=_count_answer(seen_by_count, not_seen_by_count),
        **given,
    )
    print_result(record_entry(settings, request).facts(), as_json, describe_entry)


def _count_answer(seen: date | None, not_seen: bool) -> CountAnswer | None:
    if seen and not_seen:
        raise UsageError("Give --seen-by-count or --not-seen-by-count, not both.")
    if not (seen or not_seen):
        return None
    return CountAnswer(seen=seen is not None, first_day=None if seen == date.min else seen)
