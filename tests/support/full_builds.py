"""Full builds that dbt did once, replayed in other homes of a run; the product replays warm builds only."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any
from unittest.mock import patch

import duckdb
import yaml

from workflows.cycle.dbt_runner import DBT_PROJECT, BuildReport, Modelling
from workflows.cycle.replay import (
    BuildFacts,
    Recorder,
    Recording,
    Statement,
    keep_recording,
    read_recording,
    replay,
)

_RELATIONS = """
    select schema_name, table_name from duckdb_tables()
    where database_name = current_database() and not starts_with(schema_name, 'raw_')
    union all
    select schema_name, view_name from duckdb_views()
    where database_name = current_database() and not internal
    order by all
"""


class _Recorder(Recorder):
    """Records the schemas that dbt makes before the first node, too."""

    def __call__(self, event: Any) -> None:
        if event.info.name == "SQLQuery" and "create schema" in event.data.sql:
            self.statements.append(Statement(f"schema.{len(self.statements)}", event.data.sql))
        super().__call__(event)

    def by_node(self) -> list[Statement]:
        """In the order in which the nodes began: dbt's threads may interleave the statements of two nodes."""
        begun = {one.node: number for number, one in reversed(list(enumerate(self.statements)))}
        return sorted(map(_whole, self.statements), key=lambda one: begun[one.node])


def _whole(statement: Statement) -> Statement:
    """dbt ends the statement that copies a seed's file as if it had been shortened."""
    return Statement(statement.node, statement.sql.removesuffix("..."))


def one_full_build_of_each_state(folder: Path, by_dbt_alone: str) -> Any:
    """A patch of `Modelling.build` that keeps full builds in a folder.

    Args:
        folder: Of the recordings, for all processes of a run.
        by_dbt_alone: A variable; where it is set, dbt builds.
    """
    build_by_dbt = Modelling.build

    def build(self: Modelling, connection: Any, fingerprint_now: str, **given: Any) -> BuildReport:
        if not given["full"] or by_dbt_alone in os.environ:
            return build_by_dbt(self, connection, fingerprint_now, **given)
        state = repr((fingerprint_now, given["state"], connection.execute(_RELATIONS).fetchall()))
        file = folder / f"full-{hashlib.sha256(state.encode()).hexdigest()}.json"
        facts = BuildFacts(given["as_of"].isoformat(), self._settings.timezone.key, given["run_id"])
        recording = read_recording(file, state)
        if recording is not None:
            on_node = given.get("on_node", lambda *_: None)
            _attach(connection, self._settings.ledger)
            if replay(connection, self._settings.ledger, recording, facts, on_node):
                return BuildReport(recording.count("model"), recording.count("test"), [], full=True)
        recorder = _Recorder()
        run = self._run_build
        with patch.object(self, "_run_build", lambda facts, full, calls: run(facts, full, [*calls, recorder])):
            report = build_by_dbt(self, connection, fingerprint_now, **given)
        keep_recording(file, Recording(state, facts, recorder.by_node()))
        return report

    return patch.object(Modelling, "build", build)


def _attach(connection: duckdb.DuckDBPyConnection, ledger: Path) -> None:
    """Attach the marts as dbt does."""
    profile = yaml.safe_load((DBT_PROJECT / "profiles.yml").read_text())["shipledger"]["outputs"]["local"]
    version = profile["attach"][0]["options"]["storage_version"]
    path = str(ledger).replace("'", "''")
    connection.execute(f"attach if not exists '{path}' as ledger (storage_version '{version}')")
