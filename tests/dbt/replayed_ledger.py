"""The statements of real dbt builds, recorded once and replayed in memory: a hundred businesses in a minute.

dbt spends most of a small build on itself, and what it sends depends on the project and on the relations that
are there, never on their rows (see `workflows.cycle.replay`). So the statements of one first and one warm build
hold for every business. That a replay leaves what dbt itself leaves is a test of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb
import raw_tables
from ledger_under_test import all_rows

from workflows.cycle.replay import Recording
from workflows.cycle.warehouse import find_files_in


@dataclass(frozen=True)
class RecordedBuilds:
    """What dbt sends for a first and for a warm build, and the reference data it loaded from the seed files."""

    first: Recording
    warm: Recording
    reference: Path


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
            create schema staging; create schema intermediate; create schema builds; create schema seeds;
            create schema semantic;
            create schema ledger.marts;
        """)
        find_files_in(self.connection, recording.reference.parent)
        raw_tables.create(self.connection)
        for (seed,) in self.connection.execute(
            "select table_name from duckdb_tables() where database_name = 'founded' and schema_name = 'seeds'"
        ).fetchall():
            self.connection.execute(f"create table seeds.{seed} as from founded.seeds.{seed}")
        self.connection.execute("detach founded")

    def build(self, *, warm: bool) -> None:
        """Send every statement of a build; a test that finds something is an error that names it."""
        for _node in self.nodes(warm=warm):
            pass

    def nodes(self, *, warm: bool) -> Iterator[str]:
        """The same, node by node: whoever stops asking has killed the build there."""
        recording = self._recording.warm if warm else self._recording.first
        statements = recording.given(raw_tables.facts_of_next_build(self.connection))
        self._forget_temporary_tables()
        for node, sent in groupby(statements, key=lambda one: one.node):
            self.connection.execute("use warehouse")
            for statement in sent:
                answer = self.connection.execute(statement.sql)
                if node.startswith("test."):
                    found = answer.fetchone()
                    assert found is not None
                    assert not found[-1], f"{node}: {found[0]} rows"
            yield node

    def _forget_temporary_tables(self) -> None:
        """What a session of the database leaves with its end; here all builds share one."""
        for (table,) in self.connection.execute(
            "select table_name from duckdb_tables() where database_name = 'temp'"
        ).fetchall():
            self.connection.execute(f'drop table temp."{table}"')

    def built_again(self, folder: Path) -> ReplayedLedger:
        """Another business of the same raw rows, built in full; `folder` takes a copy of them."""
        again = ReplayedLedger(self._recording, "UTC")
        names = self.connection.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = 'warehouse'"
            " and (starts_with(schema_name, 'raw_') or schema_name = 'seeds')"
        ).fetchall()
        self.connection.execute(f"attach '{folder / 'raw.duckdb'}' as raw")
        for schema, table in names:
            self.connection.execute(f"create schema if not exists raw.{schema}")
            self.connection.execute(f"create table raw.{schema}.{table} as from warehouse.{schema}.{table}")
        self.connection.execute("detach raw")
        again.connection.execute(f"attach '{folder / 'raw.duckdb'}' as raw (read_only)")
        for schema, table in names:
            again.connection.execute(f"delete from warehouse.{schema}.{table}")
            again.connection.execute(f"insert into warehouse.{schema}.{table} by name from raw.{schema}.{table}")
        again.connection.execute("detach raw")
        again.build(warm=False)
        return again

    def close(self) -> None:
        """Give the memory back."""
        self.connection.close()

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The answer of the marts, found by their bare names."""
        self.connection.execute("use ledger.marts")
        found = self.connection.execute(query).fetchall()
        self.connection.execute("use warehouse")
        return found

    def tables(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every mart, its rows in a fixed order."""
        return all_rows(self.rows)
