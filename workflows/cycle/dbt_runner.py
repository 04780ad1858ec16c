"""Run dbt in the worker process, one invocation at a time, and keep its manifest between runs."""

from __future__ import annotations

import atexit
import gc
import hashlib
import json
import logging
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb

from workflows.config.secret_files import without_secrets
from workflows.config.settings import Settings
from workflows.config.settings_reader import secrets, variable_of
from workflows.cycle.dbt_invocation import (
    DBT_PROJECT,
    SEEDS,
    dbt_options,
    dbt_variables,
    invoke_dbt,
    set_environment,
)
from workflows.cycle.replay import (
    BuildFacts,
    NodeDone,
    Recorder,
    Recording,
    keep_recording,
    read_recording,
    replay,
)
from workflows.errors import Advice, BuildFailed

log = logging.getLogger(__name__)

# A warm build excludes what changes only with the code: seeds, models built only from seeds (`reference`), unit
# tests, views and exposures.
WARM = (
    "--exclude-resource-type",
    "seed",
    "--exclude-resource-type",
    "unit_test",
    "--exclude-resource-type",
    "exposure",
    "--exclude",
    "config.materialized:view",
    "tag:reference",
    # Tests of tables that also read an excluded view still run.
    "--indirect-selection",
    "empty",
    # Most of a warm build is dbt's own Python code, which uses one core.
    "--threads",
    "1",
)
FULL = ("--full-refresh", "--exclude-resource-type", "unit_test")

# Objects still frozen at exit (see `_parse_when_changed`) would be reported as leaked.
atexit.register(gc.unfreeze)

_SEE_LOG = Advice("See `status` and the log.", "See Runs and health, and the log.")
_MORE_MEMORY = Advice("Give DuckDB more with SHIPLEDGER_BUILD_MEMORY.", "Ask an admin to give builds more memory.")


@dataclass(frozen=True)
class BuildReport:
    """The counts of a successful build; `replayed` if it was run without dbt."""

    models: int
    tests_passed: int
    tests_warned: list[str]
    full: bool
    replayed: bool = False


def fingerprint(reference: Path = SEEDS) -> str:
    """Return a hash of what a build depends on besides data.

    That is the files of the project, reference files that are elsewhere, and the versions of the tools.
    """
    digest = hashlib.blake2b(digest_size=16)
    for package in ("dbt-core", "dbt-duckdb", "duckdb"):
        digest.update(f"{package}={version(package)};".encode())
    for path in sorted(DBT_PROJECT.rglob("*")):
        inside = path.relative_to(DBT_PROJECT)
        if path.is_file() and inside.parts[0] not in ("target", "logs", "dbt_packages"):
            digest.update(str(inside).encode())
            digest.update(path.read_bytes())
    if reference != SEEDS:
        for path in sorted(reference.glob("*.csv")):
            digest.update(path.name.encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


class Modelling:
    """dbt for one home. Keep the instance: only its first build parses the project."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._recording_file = settings.home / "scratch" / "warm_build.json"
        self._recording: Recording | None = None
        self._manifest: Any = None
        self._parsed: str | None = None
        self._reader: subprocess.Popen[bytes] | None = None
        set_environment(self._variables())

    def read_ahead(self) -> None:
        """Start `dbt parse` in a separate process, unless a build was recorded.

        The next build uses dbt's partial-parse file, so a long backfill does not wait for parsing. A replayed
        build needs no parsing.
        """
        if self._reader is not None or self._parsed is not None or self._recording_file.exists():
            return
        self._forget_another_project(fingerprint(self._settings.reference))
        command = [sys.executable, "-m", "dbt.cli.main", "parse", *dbt_options(DBT_PROJECT, self._settings.home)]
        given = without_secrets(os.environ, map(variable_of, secrets())) | self._variables()
        quiet = subprocess.DEVNULL
        self._reader = subprocess.Popen(command, env=given, stdout=quiet, stderr=quiet)

    def build(
        self,
        connection: duckdb.DuckDBPyConnection,
        fingerprint_now: str,
        *,
        state: str,
        full: bool,
        as_of: datetime,
        run_id: str,
        on_node: NodeDone = lambda *_: None,
    ) -> BuildReport:
        """Build all models and run their data tests.

        Args:
            connection: The open warehouse; dbt shares it.
            fingerprint_now: The project's `fingerprint`.
            state: What the models read besides rows, such as which tables exist. The statements of a warm build
                depend only on it and the fingerprint.
            full: Rebuild everything, including seeds and views; needed when the project's files changed.
            as_of: "Now" (UTC) for the models.
            run_id: The run of the build.
            on_node: Called with (nodes done, nodes in all) after each node.

        Raises:
            BuildFailed: A model or a test of severity error failed; the message names the first.
        """
        facts = BuildFacts(as_of.isoformat(), self._settings.timezone.key, run_id)
        recorded_state = _hash(fingerprint_now, state, *WARM)
        may_replay = self._settings.fast_build and not full
        if may_replay and (replayed := self._replay(connection, recorded_state, facts, on_node)):
            return replayed
        self._parse_when_changed(fingerprint_now)
        recorder = Recorder()
        report = self._run_build(facts, full, [_node_counter(on_node), recorder])
        if may_replay:
            self._recording = Recording(recorded_state, facts, recorder.statements)
            keep_recording(self._recording_file, self._recording)
        return report

    def _run_build(self, facts: BuildFacts, full: bool, callbacks: Sequence[Callable[[Any], None]]) -> BuildReport:
        """Run `dbt build`; raise BuildFailed if a model or a test failed."""
        selection = FULL if full else WARM
        result = self._invoke("build", *selection, *variables(facts, full=full), callbacks=callbacks)
        nodes = list(result.result.results) if result.result is not None else []
        failed = [node.node.name for node in nodes if str(node.status) in ("error", "fail")]
        if not result.success or failed:
            raise _failure(nodes, failed, result.exception)
        counts = Counter(str(node.node.resource_type) for node in nodes if str(node.status) != "skipped")
        return BuildReport(
            models=counts["model"],
            tests_passed=sum(1 for node in nodes if str(node.status) == "pass"),
            tests_warned=[node.node.name for node in nodes if str(node.status) == "warn"],
            full=full,
        )

    def _replay(
        self, connection: duckdb.DuckDBPyConnection, state: str, facts: BuildFacts, on_node: NodeDone
    ) -> BuildReport | None:
        """Replay the recorded build of this state; return None if dbt has to run the build."""
        if self._recording is None or self._recording.state != state:
            self._recording = read_recording(self._recording_file, state)
        if self._recording is None:
            return None
        if not replay(connection, self._settings.ledger, self._recording, facts, on_node):
            return None
        return BuildReport(
            models=self._recording.count("model"),
            tests_passed=self._recording.count("test"),
            tests_warned=[],
            full=False,
            replayed=True,
        )

    def manifest(self) -> Any:
        """Return the manifest of the current dbt project.

        Raises:
            BuildFailed: dbt cannot read the project.
        """
        self._parse_when_changed(fingerprint(self._settings.reference))
        return self._manifest

    def _parse_when_changed(self, current: str) -> None:
        if self._parsed == current:
            return
        if self._reader is not None:
            # Its exit code does not matter: if it failed, the parse below raises the error.
            self._reader.wait()
        self._manifest = None
        self._forget_another_project(current)
        result = self._invoke("parse")
        if not result.success:
            raise BuildFailed(f"dbt cannot read its project: {_one_line(result.exception)}. Correct dbt_project.")
        self._manifest, self._parsed = result.result, current
        # The manifest is hundreds of thousands of long-lived objects. Frozen, so that the garbage collector skips
        # them: that saves a tenth of the time of each later build.
        gc.collect()
        gc.freeze()

    def _forget_another_project(self, current: str) -> None:
        """Remove what dbt keeps of its last parse, if that was of another project.

        dbt takes a file for unchanged whose time is the one that it knows. After an upgrade and a rollback, a file
        has its first time again, and what dbt knows of it is the upgrade's.
        """
        folder = self._settings.home / "scratch" / "dbt"
        note = folder / "parsed_project"
        if not note.exists() or note.read_text() != current:
            (folder / "partial_parse.msgpack").unlink(missing_ok=True)
            folder.mkdir(parents=True, exist_ok=True)
            note.write_text(current)

    def _invoke(self, command: str, *args: str, callbacks: Sequence[Callable[[Any], None]] = ()) -> Any:
        options = dbt_options(DBT_PROJECT, self._settings.home)
        return invoke_dbt([command, *args, *options], self._variables(), self._manifest, callbacks=callbacks)

    def _variables(self) -> dict[str, str]:
        settings = self._settings
        return dbt_variables(
            settings.home, settings.reference, restate_carrier_bills=settings.restate_carrier_bills
        )


def variables(facts: BuildFacts, *, full: bool) -> tuple[str, str]:
    """Return the `--vars` of a build; the data tests of an incremental one check only the changed orders."""
    return "--vars", json.dumps({**asdict(facts), "test_changed_orders_only": not full})


def _hash(*words: str) -> str:
    return hashlib.blake2b("\n".join(words).encode(), digest_size=16).hexdigest()


def remove_ledger(path: Path) -> None:
    """Remove the file of the marts, so that the next full build recreates it."""
    for file in (path, path.with_name(path.name + ".wal")):
        file.unlink(missing_ok=True)


def _node_counter(on_node: NodeDone) -> Callable[[Any], None]:
    """Return a callback for dbt events that counts finished nodes."""
    done = 0

    def note(event: Any) -> None:
        nonlocal done
        if event.info.name == "NodeFinished":
            done += 1
            on_node(done, 0)

    return note


def _failure(nodes: list[Any], failed: list[str], exception: BaseException | None) -> BuildFailed:
    if not failed:
        return BuildFailed(f"dbt stopped: {_one_line(exception)}. Nothing was published.")
    first = next(node for node in nodes if node.node.name == failed[0])
    others = f" and {len(failed) - 1} more" if len(failed) > 1 else ""
    return BuildFailed(
        f"The build failed: {failed[0]}{others} failed ({_one_line(first.message)}). "
        "Nothing was published; the last good snapshot stays.",
        failed,
        advice=_MORE_MEMORY if "Out of Memory" in first.message else _SEE_LOG,
    )


def _one_line(problem: object) -> str:
    text = " ".join(str(problem).split())
    return text if len(text) <= 300 else text[:297] + "..."
