"""The comparisons so far, with their differences: append-only, in `operations.sqlite`."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from workflows.config.operations_database import open_operations_database, read_instant, read_operations_database
from workflows.parity.comparison import Difference
from workflows.parity.explanations import BY_NAME, TIMING, UNEXPLAINED

# A comparison with more differences keeps the unexplained ones first; its counts are of all.
KEPT_DIFFERENCES = 2000
_RUN = "run_id, actor, source, criteria, since, until, unexplained, orders_compared, facts"
_DIFFERENCE = "area, order_number, sku, field, ours, theirs, kind, rule"


@dataclass(frozen=True)
class ParityRun:
    """One comparison. Instants are UTC.

    Attributes:
        source: What was compared with, without a password.
        criteria: The fingerprint of the criteria and rules it was made by.
        until: Its moment.
        unexplained: How many differences no rule explains.
        orders_compared: How many orders both sides have.
        facts: All its numbers, as the command prints them.
    """

    run_id: str
    actor: str | None
    source: str
    criteria: str
    since: datetime
    until: datetime
    unexplained: int
    orders_compared: int
    facts: dict[str, Any]


def record_run(database: Path, run: ParityRun, differences: Sequence[Difference]) -> None:
    """Record a comparison with its differences, all or none; one that was recorded already stays as it is."""
    with open_operations_database(database) as connection:
        added = connection.execute(
            f"insert into parity_runs ({_RUN}) values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (run_id) do nothing",
            (
                *(run.run_id, run.actor, run.source, run.criteria, run.since.isoformat(), run.until.isoformat()),
                *(run.unexplained, run.orders_compared, json.dumps(run.facts)),
            ),
        )
        if added.rowcount:
            connection.executemany(
                f"insert into parity_differences (run_id, {_DIFFERENCE}) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [(run.run_id, *vars(one).values()) for one in differences[:KEPT_DIFFERENCES]],
            )


def recent_runs(database: Path, limit: int | None = None) -> list[ParityRun]:
    """Return the comparisons, newest first."""
    with read_operations_database(database) as connection:
        return _runs(connection, "order by until desc limit ?", -1 if limit is None else limit)


def parity_run(database: Path, run_id: str) -> ParityRun | None:
    """Return one comparison; None when there is no such run."""
    with read_operations_database(database) as connection:
        return next(iter(_runs(connection, "where run_id = ?", run_id)), None)


def differences_of(database: Path, run_id: str) -> list[Difference]:
    """Return the recorded differences of a comparison, the unexplained first."""
    with read_operations_database(database) as connection:
        rows = connection.execute(
            f"select {_DIFFERENCE} from parity_differences where run_id = ? order by seq", [run_id]
        ).fetchall()
    return [Difference(*row) for row in rows]


def lasting_differences(database: Path, source: str, before: datetime) -> pa.Table:
    """Return what has differed in the same way in each comparison since an instant, and in the last one before.

    Returns:
        A table of `area`, `order_number`, `sku` and `field`.
    """
    names = ("area", "order_number", "sku", "field")
    query = f"""
        with kept as (
            select run_id from parity_runs where source = :source and until >= (
                select max(until) from parity_runs where source = :source and until < :before
            )
        )
        select distinct {", ".join(names)} from (
            select {", ".join(names)} from parity_differences
            where run_id in (select run_id from kept) and kind in ('{TIMING}', '{UNEXPLAINED}')
            group by {", ".join(names)}, ours, theirs
            having count(distinct run_id) = (select count(*) from kept)
        )
    """
    with read_operations_database(database) as connection:
        rows = connection.execute(query, {"source": source, "before": before.isoformat()}).fetchall()
    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    return pa.table({name: pa.array(values, pa.string()) for name, values in zip(names, columns, strict=True)})


def format_explanation(difference: Difference) -> str:
    """Return what explains a difference."""
    return format_rule(difference.rule)


def format_rule(name: str | None) -> str:
    """Return what a rule says; None for a difference that no rule explains."""
    rule = BY_NAME.get(name or "")
    if rule is None:
        return "no rule explains it: ours counts as wrong until somebody shows otherwise"
    return f"{rule.words} (known failure {rule.failure})" if rule.failure else rule.words


def _runs(connection: sqlite3.Connection, condition: str, parameter: Any) -> list[ParityRun]:
    rows = connection.execute(f"select {_RUN} from parity_runs {condition}", [parameter]).fetchall()
    return [
        ParityRun(
            run_id,
            actor,
            source,
            criteria,
            read_instant(since),
            read_instant(until),
            wrong,
            orders,
            json.loads(facts),
        )
        for run_id, actor, source, criteria, since, until, wrong, orders, facts in rows
    ]
