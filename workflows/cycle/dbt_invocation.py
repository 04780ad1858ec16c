"""One command of dbt in this process, which writes to the home only and says nothing."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from workflows.config.places import PROJECT, places_of

DBT_PROJECT = places_of(PROJECT).models
SEEDS = places_of(PROJECT).seeds


def invoke_dbt(
    arguments: Sequence[str],
    variables: Mapping[str, str],
    manifest: Any = None,
    callbacks: Sequence[Callable[[Any], None]] = (),
) -> Any:
    """Run a command of dbt and return its `dbtRunnerResult`.

    Args:
        arguments: The command and its options.
        variables: Set in this process's environment, and left there.
        manifest: The parsed project; None to parse it.
        callbacks: Called with each event.
    """
    # Imported here because it takes a second, and most commands do not build.
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    set_environment(variables)
    gc.disable()
    try:
        result = dbtRunner(manifest=manifest, callbacks=list(callbacks)).invoke(list(arguments))
    finally:
        # The adapter keeps the file open between nodes, which saves 13 ms for each; this releases the lock.
        DuckDBConnectionManager.close_all_connections()
        gc.enable()
    if not result.success:
        # From Python 3.12 on, the traceback of a failed node keeps a connection, and so the file of the marts.
        gc.collect()
    return result


def set_environment(variables: Mapping[str, str]) -> None:
    """Set variables of this process where they differ, and leave them.

    A write can move the environment, and C code in another thread that reads it meanwhile ends the process. So the
    worker calls this before it starts threads, and then no build writes.
    """
    os.environ.update({name: value for name, value in variables.items() if os.environ.get(name) != value})


def dbt_options(project: Path, home: Path) -> tuple[str, ...]:
    """Return the options common to all commands of dbt.

    Args:
        project: The folder of `dbt_project.yml`.
        home: The folder of all that is written.
    """
    return (
        "--project-dir",
        str(project),
        "--profiles-dir",
        str(DBT_PROJECT),
        "--target-path",
        str(home / "scratch" / "dbt"),
        "--log-path",
        str(home / "logs"),
        "--log-level",
        "none",
        "--log-level-file",
        "none",
        "--quiet",
        "--no-write-json",
        "--no-use-colors",
        "--no-version-check",
    )


def dbt_variables(home: Path, reference: Path, *, restate_carrier_bills: bool = False) -> dict[str, str]:
    """Return the variables that the dbt project reads: its home, its reference files, and what is restated."""
    return {
        "SHIPLEDGER_HOME": str(home),
        # Empty for the files of the project, which are its seeds.
        "SHIPLEDGER_REFERENCE": "" if reference == SEEDS else str(reference),
        "SHIPLEDGER_RESTATE_CARRIER_BILLS": "1" if restate_carrier_bills else "0",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }
