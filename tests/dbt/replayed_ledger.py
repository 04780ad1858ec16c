"""The statements of real dbt builds, recorded once and replayed in memory: a hundred businesses in a minute.

dbt spends most of a small build on itself, and what it sends depends on the project and on the relations that
are there, never on their rows (see `workflows.replay`). So the statements of one first and one warm build hold
for every business. That a replay leaves what dbt itself leaves is a test of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import raw_tables
from ledger_under_test import FULL, WARM, Ledger, all_rows, failures

from workflows.replay import Recorder, Statement


@dataclass(frozen=True)
class RecordedBuilds:
    """What dbt sends for a first and for a warm build, and the reference data it loaded from the seed files."""

    first: list[Statement]
    warm: list[Statement]
    reference: Path

    @classmethod
    def of(cls, ledger: Ledger) -> RecordedBuilds:
        """Record both builds on an empty business that was never built; its seeds stay in its warehouse."""
        first = _statements(ledger, "build", *FULL)
        warm = _statements(ledger, "build", *WARM)
        return cls([statement for statement in first if "seed." not in statement.node], warm, ledger.warehouse)


class ReplayedLedger:
    """A warehouse and its marts in memory. Close it: a hundred of them are some gigabytes."""

    def __init__(self, recording: RecordedBuilds, session_zone: str) -> None:
        """An empty business; `session_zone` is the database's own time zone, which no figure may depend on."""
        self._recording = recording
        self.connection = duckdb.connect()
        self.connection.execute(f"""
            set timezone = '{session_zone}';
            set threads = 1;
            attach ':memory:' as warehouse;
            attach ':memory:' as ledger;
            attach '{recording.reference}' as founded (read_only);
            use warehouse;
            create schema staging; create schema intermediate; create schema ledger.marts; create schema seeds;
            create schema semantic;
        """)
        raw_tables.create(self.connection)
        for (seed,) in self.connection.execute(
            "select table_name from duckdb_tables() where database_name = 'founded' and schema_name = 'seeds'"
        ).fetchall():
            self.connection.execute(f"create table seeds.{seed} as from founded.seeds.{seed}")
        self.connection.execute("detach founded")

    def build(self, *, warm: bool) -> None:
        """Send every statement of a build; a test that finds something is an error that names it."""
        self.connection.execute("use warehouse")
        raw_tables.note_begun(self.connection)
        for statement in self._recording.warm if warm else self._recording.first:
            answer = self.connection.execute(statement.sql)
            if statement.node.startswith("test."):
                found = answer.fetchone()
                assert found is not None
                assert not found[-1], f"{statement.node}: {found[0]} rows"
        raw_tables.mark_built(self.connection)

    def close(self) -> None:
        """Give the memory back."""
        self.connection.close()

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The answer of the marts, found by their bare names."""
        self.connection.execute("use ledger.marts")
        return self.connection.execute(query).fetchall()

    def tables(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every mart, its rows in a fixed order."""
        return all_rows(self.rows)


def _statements(ledger: Ledger, *arguments: str) -> list[Statement]:
    """The statements that a dbt command sends for its nodes, in order."""
    recorder = Recorder()
    result = ledger.run(*arguments, "--threads", "1", on_event=recorder)
    assert result.success, failures(result)
    with ledger.connect() as connection:
        raw_tables.mark_built(connection)
    assert recorder.statements
    return recorder.statements
