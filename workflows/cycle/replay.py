"""A warm build as dbt sent it: its statements are kept, and sent again without dbt's own work.

Most of a warm build are dbt's contexts, Jinja and events, for statements that come out the same every time:
they depend on the project, its tools and which parts of it are in use, never on rows. So the first warm build of
each such state is dbt's, and is recorded; later ones are replayed. Whatever is not green in a replay, an error or
test that finds something, is dbt's to judge and to tell: it then does the same build itself.
"""

from __future__ import annotations

import logging
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
# dbt looks around before it acts; what it sees there decides nothing in a warm build.
_LOOKS = ("duckdb_databases()", "duckdb_constraints()", "information_schema", "describe (")


# The one model with the instant, time zone and run of a build; all others read it.
_CONTEXT = "model.shipledger.stg_shipledger__build_context"


@dataclass(frozen=True)
class BuildFacts:
    """What differs from one build to the next beside rows: the variables that dbt is given.

    Attributes:
        as_of: "Now", an instant as ISO text.
        timezone: The business's, an IANA name.
        run_id: The run that builds.
    """

    as_of: str
    timezone: str
    run_id: str


@dataclass(frozen=True)
class Statement:
    """One statement of a build, and the unique id of the dbt node that it belongs to."""

    node: str
    sql: str


class Recorder:
    """A callback for dbt's events that keeps the statements of its nodes, in the order they were sent."""

    def __init__(self) -> None:
        self.statements: list[Statement] = []

    def __call__(self, event: Any) -> None:
        """Keep the statement an event tells of, if it does one and belongs to a node."""
        if event.info.name != "SQLQuery" or not event.data.node_info.unique_id:
            return
        sql = event.data.sql
        if sql not in _TRANSACTIONS and not any(look in sql.lower() for look in _LOOKS):
            self.statements.append(Statement(event.data.node_info.unique_id, sql))


class Recording(msgspec.Struct):
    """The statements of a green warm build.

    Attributes:
        state: A hash of everything that the statements depend on.
        facts: The variables that dbt was given.
        statements: In order; those of one node follow each other.
    """

    state: str
    facts: BuildFacts
    statements: list[Statement]

    def count(self, resource_type: str) -> int:
        """How many nodes of a type (`model`, `test`) were built."""
        return len({one.node for one in self.statements if one.node.startswith(f"{resource_type}.")})

    def given(self, facts: BuildFacts) -> list[Statement]:
        """The statements as a build of these facts sends them."""
        return [_given(statement, self.facts, facts) for statement in self.statements]


def read_recording(path: Path, state: str) -> Recording | None:
    """The recording in a file, None when there is none of this state."""
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Recording)
    except (OSError, msgspec.DecodeError):
        return None
    return found if found.state == state else None


def keep_recording(path: Path, recording: Recording) -> None:
    """Write a recording; a reader finds the old one or the new one, whole. Where it cannot be kept, dbt builds."""
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
    """Send a recorded build again, each node in a transaction of its own.

    Args:
        connection: The warehouse, open.
        ledger: The file of the marts.
        recording: What to send.
        facts: What this build is given in place of what the recorded one was.
        on_node: Called with (nodes done, nodes in all).

    Returns:
        Whether all of it is green. What was built before the first node that is not, stands; dbt builds it again.
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
    """The statement with the facts of this build."""
    if statement.node != _CONTEXT:
        return statement
    sql = statement.sql
    for was, now in zip(astuple(recorded), astuple(facts), strict=True):
        sql = sql.replace(f"'{was}'", f"'{now}'")
    return Statement(statement.node, sql)


def _send(connection: duckdb.DuckDBPyConnection, node: str, statements: list[Statement]) -> bool:
    """Send one node's statements; a data test is green when it finds nothing."""
    if node.startswith("test."):
        # dbt's own columns: failures, should_warn, should_error.
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
    return True
