"""Record the SQL statements of a warm dbt build, and replay them without dbt.

Most of the time of a warm build is dbt's own work: contexts, Jinja and events. The statements depend only on the
project, its tools and which parts of it are in use, never on rows. So dbt runs the first warm build of each such
state, and its statements are recorded; later builds replay them. If a replayed statement fails or a test finds
rows, dbt runs the build.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import astuple, dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb
import msgspec

log = logging.getLogger(__name__)

NodeDone = Callable[[int, int], None]

_TRANSACTIONS = {"BEGIN", "COMMIT", "ROLLBACK"}
# Metadata queries of dbt, not replayed: no statement of a warm build depends on their results.
_LOOKS = ("duckdb_databases()", "duckdb_constraints()", "information_schema", "describe (")
# The table from which an incremental model gets its new rows.
_TEMPORARY = re.compile(r'create temporary table\s+("[^"]+")')

# The only model that contains the time, time zone and run of a build; all others read it.
_CONTEXT = "model.shipledger.stg_shipledger__build_context"


@dataclass(frozen=True)
class BuildFacts:
    """The dbt variables that differ between builds.

    Attributes:
        as_of: "Now", an instant as ISO text.
        timezone: The time zone of the business, an IANA name.
        run_id: The run of the build.
    """

    as_of: str
    timezone: str
    run_id: str


@dataclass(frozen=True)
class Statement:
    """A statement of a build, and the unique id of its dbt node."""

    node: str
    sql: str


class Recorder:
    """A callback for dbt events that records the statements of nodes in order."""

    def __init__(self) -> None:
        self.statements: list[Statement] = []

    def __call__(self, event: Any) -> None:
        """Record the statement of an event, if it has one and belongs to a node."""
        if event.info.name != "SQLQuery" or not event.data.node_info.unique_id:
            return
        sql = event.data.sql
        if sql not in _TRANSACTIONS and not any(look in sql.lower() for look in _LOOKS):
            self.statements.append(Statement(event.data.node_info.unique_id, sql))


class Recording(msgspec.Struct):
    """The statements of a successful warm build.

    Attributes:
        state: A hash of everything that the statements depend on.
        facts: The variables of the recorded build.
        statements: In order; those of one node are adjacent.
    """

    state: str
    facts: BuildFacts
    statements: list[Statement]

    def count(self, resource_type: str) -> int:
        """Return how many nodes of a type (`model`, `test`) were built."""
        return len({one.node for one in self.statements if one.node.startswith(f"{resource_type}.")})

    def given(self, facts: BuildFacts) -> list[Statement]:
        """Return the statements with the variables of another build."""
        return [_given(statement, self.facts, facts) for statement in self.statements]


def read_recording(path: Path, state: str) -> Recording | None:
    """Return the recording in a file, or None if there is none of this state."""
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Recording)
    except (OSError, msgspec.DecodeError):
        return None
    return found if found.state == state else None


def keep_recording(path: Path, recording: Recording) -> None:
    """Write a recording atomically. If that fails, log a warning: dbt then runs the next build."""
    part = path.with_suffix(".part")
    try:
        part.write_bytes(msgspec.json.encode(recording))
        part.replace(path)
    except OSError as problem:
        log.warning("The statements of this build could not be kept: %s.", problem.strerror)


def replay(
    connection: duckdb.DuckDBPyConnection,
    ledger: Path,
    recording: Recording,
    facts: BuildFacts,
    on_node: NodeDone = lambda *_: None,
) -> bool:
    """Replay a recorded build, each node in its own transaction.

    Args:
        connection: The open warehouse.
        ledger: The file of the marts.
        recording: The recorded build.
        facts: The variables of this build.
        on_node: Called with (nodes done, nodes in all).

    Returns:
        Whether all nodes passed. Nodes before the first failure stay built; dbt builds them again.
    """
    path = str(ledger).replace("'", "''")
    nodes = [(node, list(sent)) for node, sent in groupby(recording.given(facts), key=lambda one: one.node)]
    try:
        connection.execute(f"attach if not exists '{path}' as ledger")
        for done, (node, sent) in enumerate(nodes, start=1):
            if not _send(connection, node, sent):
                return False
            on_node(done, len(nodes))
    except duckdb.Error as problem:
        log.warning("A replayed build stopped at %s; dbt builds instead.", str(problem).splitlines()[0])
        return False
    return True


def _given(statement: Statement, recorded: BuildFacts, facts: BuildFacts) -> Statement:
    """Return the statement with the variables of this build."""
    if statement.node != _CONTEXT:
        return statement
    sql = statement.sql
    for was, now in zip(astuple(recorded), astuple(facts), strict=True):
        sql = sql.replace(f"'{was}'", f"'{now}'")
    return Statement(statement.node, sql)


def _send(connection: duckdb.DuckDBPyConnection, node: str, statements: list[Statement]) -> bool:
    """Run the statements of a node; return False if it is a data test that finds rows."""
    if node.startswith("test."):
        # The columns of a dbt test: failures, should_warn, should_error.
        rows = connection.execute(statements[-1].sql).fetchall()
        return all(not (warns or errs) for _, warns, errs in rows)
    connection.begin()
    try:
        for statement in statements:
            connection.execute(statement.sql)
        connection.commit()
    except BaseException:
        connection.rollback()
        raise
    # It would stay in memory to the end of the build: 50 MB for the lines of a carrier's bill.
    for name in _TEMPORARY.findall("\n".join(statement.sql for statement in statements)):
        connection.execute(f"drop table temp.{name}")
    return True
