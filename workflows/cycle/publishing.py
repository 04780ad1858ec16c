"""Publishing: a build that passed becomes a read-only snapshot, in one step."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from workflows.config.job_kinds import CLOSES
from workflows.config.settings import Settings
from workflows.config.snapshot_link import make_current, part_of, remove_leftovers
from workflows.config.snapshots import name_prefix_of
from workflows.cycle.warehouse import Run
from workflows.errors import ShipledgerError


def publish(settings: Settings, run: Run, built_at: datetime) -> str:
    """Copy the ledger beside the older snapshots and make it the current one.

    Readers see the old snapshot or the new one, nothing in between: the copy is complete and on disk before the
    symbolic link `current.duckdb` is moved to it in one rename.

    Args:
        settings: Names the home.
        run: The publishing run. The ledger gets it as finished: dbt built `sync_runs` while it was running, and a
            snapshot that exists shows that it succeeded. A close goes on, and stays as it is.
        built_at: When (UTC) the build of the ledger began; the snapshot is named after it.

    Returns:
        The snapshot's file name.

    Raises:
        ShipledgerError: The disk is full or the folder cannot be written; the old snapshot stays current.
    """
    name = f"{name_prefix_of(built_at)}{run.run_id[:8]}.duckdb"
    part = part_of(settings.published, name)
    try:
        settings.published.mkdir(exist_ok=True)
        remove_leftovers(settings.published)
        _finish(settings.ledger, run)
        shutil.copyfile(settings.ledger, part)
        make_current(settings.published, name)
    except (OSError, duckdb.Error) as problem:
        part.unlink(missing_ok=True)
        raise ShipledgerError(
            f"The snapshot could not be written to {settings.published} ({str(problem).splitlines()[0]}). "
            "The last good one stays. Make room on the disk; the next run publishes."
        ) from problem
    return name


def _finish(ledger: Path, run: Run) -> None:
    with duckdb.connect(str(ledger)) as connection:
        if run.kind not in CLOSES:
            connection.execute(
                "update marts.sync_runs set status = 'success', finished_at = ? where run_id = ?",
                [datetime.now(UTC), run.run_id],
            )
        connection.execute("checkpoint")
