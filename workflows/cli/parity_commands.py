"""The commands parity and cutover."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import click

from workflows.cli.console import ACTOR, JSON, print_result, who
from workflows.cli.run_job import run_job
from workflows.config.home_directory import prepare_home
from workflows.config.settings_reader import read_settings
from workflows.errors import FAILED, UsageError
from workflows.parity.comparison import Difference
from workflows.parity.comparison_log import KEPT_DIFFERENCES, differences_of, format_explanation, format_rule
from workflows.parity.cutover import cut_over, roll_back
from workflows.parity.explanations import BY_NAME, CLASS_WORDS, CLASSES, UNEXPLAINED
from workflows.parity.legacy_connection import checked_hours, known_source

_LEGACY = click.option(
    "--legacy", metavar="FILE_OR_URL", help="The former system's database; SHIPLEDGER_LEGACY_URL by default."
)


@click.command()
@_LEGACY
@click.option("--hours", type=float, default=None, help="How far back to compare; as in `parity.toml` by default.")
@ACTOR
@click.pass_context
@JSON
def parity(
    context: click.Context, legacy: str | None, hours: float | None, actor: str | None, as_json: bool
) -> None:
    """Compare the former system with this one, field by field. Exit 1 when a difference is unexplained."""
    settings = read_settings()
    hours = None if hours is None else checked_hours(hours)
    given = known_source(settings, legacy).shown if legacy else None
    known_source(settings, given)
    facts = run_job(settings, "parity", {"legacy": given, "hours": hours}, who(actor))
    found = differences_of(settings.operations, facts["run_id"])
    print_result(facts | {"differences": [_described(one) for one in found]}, as_json, describe_parity)
    context.exit(FAILED if facts["by_class"][UNEXPLAINED] else 0)


@click.command()
@_LEGACY
@click.option("--without-flags", is_flag=True, help="Do not switch off the former system's workflows.")
@click.option("--rollback", is_flag=True, help="Undo the cutover: its workflows run again as before.")
@ACTOR
@JSON
def cutover(legacy: str | None, without_flags: bool, rollback: bool, actor: str | None, as_json: bool) -> None:
    """Switch off the former system's workflows, once parity has held for long enough."""
    if rollback and without_flags:
        raise UsageError("--rollback turns the flags back that the cutover has turned; leave --without-flags out.")
    settings = read_settings()
    prepare_home(settings)
    is_known = legacy or settings.legacy_url or not rollback
    source = known_source(settings, legacy) if is_known else None
    facts = (
        roll_back(settings, source, who(actor))
        if rollback or source is None
        else cut_over(settings, source, who(actor), with_flags=not without_flags)
    )
    print_result(facts, as_json, describe_cutover)


def describe_parity(facts: Mapping[str, Any]) -> str:
    """Describe a comparison: the counts, and each kind of difference once."""
    lines = [
        f"{facts['orders_here']} orders here, {facts['orders_there']} there, "
        f"{facts['orders_compared']} on both sides; {facts['shipped_here']} and {facts['shipped_there']} shipped, "
        f"{facts['units_here']} and {facts['units_there']} units."
    ]
    for kind in CLASSES:
        lines.append(f"{facts['by_class'][kind]:>6}  {CLASS_WORDS[kind]}")
        lines += [f"{count:>6}      {words}" for words, count in _kinds(facts, kind)]
    if facts["differences"]:
        lines.append("The page lists each difference, and --json gives them.")
    if sum(facts["by_class"].values()) > KEPT_DIFFERENCES:
        lines.append(f"Only the first {KEPT_DIFFERENCES} were kept.")
    if facts["not_compared"]:
        lines.append(f"Not compared, for it has no such column: {', '.join(facts['not_compared'])}.")
    return "\n".join(lines)


def _kinds(facts: Mapping[str, Any], of_class: str) -> Iterator[tuple[str, int]]:
    """Yield each kind of difference of a class, with its count: a rule, or a field that no rule explains."""
    if of_class != UNEXPLAINED:
        for rule, count in facts["by_rule"].items():
            if BY_NAME[rule].kind == of_class:
                yield f"{rule}: {format_rule(rule)}", count
        return
    wrong = [one for one in facts["differences"] if one["class"] == of_class]
    for field, count in facts["by_field"].items():
        # Of very many differences not all are kept.
        example = next((f", such as {_example(one)}" for one in wrong if one["field"] == field), "")
        yield f"{field}{example}", count


def _example(one: Mapping[str, Any]) -> str:
    sku = f", {one['sku']}" if one["sku"] else ""
    return (
        f"{one['area']}, order {one['order_number'] or 'unknown'}{sku}: "
        f"{one['ours'] or 'none'} here, {one['theirs'] or 'none'} there"
    )


def describe_cutover(facts: Mapping[str, Any]) -> str:
    """Describe a cutover: what was decided, when, and which flags were turned."""
    done = {
        "cutover": "The former system is left",
        "finished": "The cutover that was begun is finished: the former system is left",
        "unchanged": "The former system was left before; nothing was changed",
        "rollback": "The cutover is undone",
    }[facts["action"]]
    turned = "on again" if facts["action"] == "rollback" else "off"
    flags = [f"  {flag['table']}: {flag['name']} is {turned}" for flag in facts["flags"]]
    none = [] if flags else ["  No flag of its workflows was reached: see that they stay off."]
    return "\n".join([f"{done}, by {facts['actor']} at {facts['moment']:%Y-%m-%d %H:%M} UTC.", *flags, *none])


def _described(one: Difference) -> dict[str, Any]:
    facts = dict(vars(one))
    return {"class": facts.pop("kind"), **facts, "explanation": format_explanation(one)}


COMMANDS = (parity, cutover)
