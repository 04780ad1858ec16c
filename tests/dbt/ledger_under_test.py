"""One warehouse and its marts, built as the worker does it: by the real dbt in this process, then by replays.

What dbt sent for one kind of build is sent again for the next of that kind, see `workflows.cycle.replay`: dozens
of tests build a warehouse several times, each time with the same statements.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

import duckdb
import raw_tables
from dbt.cli.main import dbtRunner, dbtRunnerResult
from homes import settings_of

from workflows.cycle.dbt_invocation import invoke_dbt
from workflows.cycle.dbt_runner import FULL, WARM, variables
from workflows.cycle.replay import BuildFacts, Recorder, Recording, keep_recording, read_recording, replay
from workflows.cycle.warehouse import find_files_in
from workflows.entries.month_files import prepare_folder

PROJECT = Path(__file__).parents[2] / "dbt_project"


class Ledger:
    """One warehouse and its marts."""

    # Where the builds that dbt did are recorded, for all processes of a run.
    recordings: ClassVar[Path]

    def __init__(self, home: Path, manifest: Any, project: Path = PROJECT) -> None:
        self.home = home
        self.project = project
        self.warehouse = home / "warehouse.duckdb"
        self.marts = home / "ledger.duckdb"
        self.manifest = manifest

    @classmethod
    def unbuilt(cls, home: Path, manifest: Any, as_of: datetime) -> Ledger:
        """The same before its first build: raw tables and nothing else."""
        ledger = cls(home, manifest)
        prepare_folder(settings_of(home))
        with ledger.connect() as connection:
            raw_tables.create(connection)
            raw_tables.set_context(connection, as_of)
        return ledger

    def copy(self, home: Path, as_of: datetime) -> Ledger:
        """A copy with its operations database, to build on: a copy takes no time, a first build seconds."""
        shutil.copy(self.warehouse, home)
        shutil.copy(self.marts, home)
        copy_closes(self.home, home)
        ledger = Ledger(home, self.manifest)
        with ledger.connect() as connection:
            raw_tables.set_context(connection, as_of)
        return ledger

    def connect(self) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect(str(self.warehouse))
        find_files_in(connection, self.home)
        return connection

    def environment(self) -> dict[str, str]:
        """What tells dbt where the home is, with the rest of this process's environment."""
        return {**os.environ, "SHIPLEDGER_HOME": str(self.home)}

    def run(
        self, *arguments: str, on_event: Callable[[Any], None] = lambda _: None, **given: Any
    ) -> dbtRunnerResult:
        """Run one dbt command, with dbt variables; `on_event` gets its events. No connection stays open."""
        is_narrowed = arguments[0] == "build" and "--full-refresh" not in arguments
        _, of_the_build = variables(self._facts(), full=not is_narrowed)
        all_variables = ["--vars", json.dumps(json.loads(of_the_build) | given)]
        folders = ["--project-dir", str(self.project), "--profiles-dir", str(self.project)]
        quiet = [
            "--quiet",
            "--log-level",
            "none",
            "--log-level-file",
            "none",
            "--no-write-json",
            "--target-path",
            str(self.home / "target"),
        ]
        if "--threads" in arguments:
            # With several threads, dbt's cache of what it did not look up contradicts itself.
            quiet.append("--no-populate-cache")
        command = [*arguments, *all_variables, *folders, *quiet]
        return invoke_dbt(command, self.environment(), self.manifest, [on_event])  # type: ignore[no-any-return]

    def build(self) -> set[str]:
        """A warm build as the worker does it; a green one covers its loads. Gives its nodes' names."""
        return self._succeed_again("build", *WARM)

    def rebuild(self) -> None:
        """Rebuild every table, from the reference data that is there."""
        self._succeed_again("build", "--full-refresh", *WARM)

    def build_everything(self) -> Recording:
        """A first build: seeds, views and every table. Gives what dbt sent."""
        return self._record("", "build", *FULL, "--threads", "1")

    def warm_build(self) -> Recording:
        """What dbt sends for a warm build of this ledger; builds it."""
        return self._recorded("build", *WARM)

    def assert_same_as_full_build(self) -> None:
        """What warm builds left must equal a full refresh."""
        warm = self.tables()
        self.rebuild()
        for name, rows in self.tables().items():
            assert warm[name] == rows, name

    def data_tests(self) -> set[str]:
        """The names of all data tests of the project."""
        return {node.name for node in self.manifest.nodes.values() if node.resource_type == "test"}

    @contextmanager
    def _reading(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with duckdb.connect(str(self.marts), read_only=True) as marts:
            marts.execute("set schema = 'marts'; set timezone = 'UTC'")
            yield marts

    def _succeed(self, *arguments: str, on_event: Callable[[Any], None] = lambda _: None) -> None:
        result = self.run(*arguments, on_event=on_event)
        assert result.success, failures(result)

    def _succeed_again(self, *arguments: str) -> set[str]:
        """A build that loads no seeds. Gives its nodes' names."""
        return {one.node.split(".")[2] for one in self._recorded(*arguments).statements}

    def _recorded(self, *arguments: str) -> Recording:
        """A build that loads no seeds: replayed when dbt has done one of its kind."""
        state = repr((self.project, arguments, self._relations()))
        file = self.recordings / f"{hashlib.sha256(state.encode()).hexdigest()}.json"
        recording = read_recording(file, state)
        if recording is None or not self._replay(recording):
            recording = self._record(state, *arguments)
            keep_recording(file, recording)
        return recording

    def _record(self, state: str, *arguments: str) -> Recording:
        recorder = Recorder()
        self._succeed(*arguments, on_event=recorder)
        assert recorder.statements
        return Recording(state, self._facts(), recorder.statements)

    def _replay(self, recording: Recording) -> bool:
        facts = self._facts()
        with self.connect() as connection:
            return replay(connection, self.marts, recording, facts)

    def _facts(self) -> BuildFacts:
        with self.connect() as connection:
            return raw_tables.facts_of_next_build(connection)

    def _relations(self) -> list[tuple[Any, ...]]:
        """The tables of the warehouse: all that the statements of a build depend on beside the project."""
        with self.connect() as connection:
            return connection.execute(
                "select schema_name, table_name from duckdb_tables() order by all"
            ).fetchall()

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The answer of the marts, found by their bare names."""
        with self._reading() as marts:
            return marts.execute(query).fetchall()

    def tables(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every mart, its rows in a fixed order."""
        with self._reading() as marts:
            return all_rows(lambda query: marts.execute(query).fetchall())


def copy_closes(home: Path, target: Path) -> None:
    """What a home knows of closed months and weeks, into another one."""
    store = home / "operations.sqlite"
    if store.exists():
        shutil.copy(store, target)
    shutil.copytree(home / "frozen", target / "frozen", dirs_exist_ok=True)


def all_rows(rows: Callable[[str], list[tuple[Any, ...]]]) -> dict[str, list[tuple[Any, ...]]]:
    """Every mart by its name, read with `rows`, its rows in a fixed order."""
    names = [name for (name,) in rows("select table_name from duckdb_tables() where schema_name = 'marts'")]
    return {name: rows(f"select * from {name} order by all") for name in names}


def failures(result: dbtRunnerResult) -> str:
    """What went wrong, as a person would want to read it."""
    nodes = result.result.results if result.result else []
    said = [f"{node.node.name}: {node.message}" for node in nodes if str(node.status) in {"error", "fail"}]
    return "\n".join(said) or str(result.exception)


def parse_project(home: Path, project: Path = PROJECT) -> Any:
    """The manifest."""
    os.environ["SHIPLEDGER_HOME"] = str(home)
    folders = [
        "--project-dir",
        str(project),
        "--profiles-dir",
        str(project),
        "--target-path",
        str(home / "target"),
    ]
    result = dbtRunner().invoke(["parse", "--quiet", "--log-level-file", "none", *folders])
    assert result.success, result.exception
    return result.result
