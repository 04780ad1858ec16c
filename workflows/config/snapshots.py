"""The published snapshots: list them, find the current one, open one read-only."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from workflows.config.settings import Settings
from workflows.errors import HomeUnusable, sync_advice

if TYPE_CHECKING:
    import duckdb

CURRENT = "current.duckdb"
PREFIX = "shipledger-"

# Readers neither fetch extensions nor touch other files. DuckDB allows one configuration for a file in a process:
# all readers share this one.
_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "threads": 2,
    "memory_limit": "1GB",
    "autoinstall_known_extensions": False,
    "enable_external_access": False,
}


class OpenSnapshot(NamedTuple):
    """A snapshot's file name, and the connection to it."""

    name: str
    connection: duckdb.DuckDBPyConnection


@contextmanager
def reading_snapshot(settings: Settings) -> Iterator[OpenSnapshot | None]:
    """Open the current snapshot for as long as the block lasts; None before the first publication.

    Raises:
        HomeUnusable: It cannot be read: it could not be opened, or a query of the block failed.
    """
    path = current_snapshot(settings)
    if path is None:
        yield None
        return
    import duckdb

    try:
        with open_snapshot(path) as connection:
            yield OpenSnapshot(path.name, connection)
    except duckdb.Error as problem:
        raise HomeUnusable(
            f"The snapshot {path} cannot be read ({str(problem).splitlines()[0]}).",
            advice=sync_advice(" to publish a new one"),
        ) from problem


def open_snapshot(path: Path) -> duckdb.DuckDBPyConnection:
    """Open a snapshot's own file, not the link.

    Raises:
        duckdb.Error: The file is gone, or is not a database.
    """
    # A fifth of a second, which an entry that reads no snapshot does without.
    import duckdb

    return duckdb.connect(str(path), read_only=True, config=_CONFIG)


def current_snapshot(settings: Settings) -> Path | None:
    """Return the file that `current.duckdb` points to, None before the first publication."""
    try:
        path = (settings.published / CURRENT).resolve(strict=True)
    except OSError:
        return None
    return path if path.is_file() else None


def snapshots(settings: Settings) -> list[Path]:
    """Return all published snapshots, newest first."""
    return sorted(settings.published.glob(f"{PREFIX}*.duckdb"), reverse=True)


def room_for_snapshots(settings: Settings) -> int | None:
    """Return how many snapshots of the current one's size fit on the disk; None before the first publication."""
    current = current_snapshot(settings)
    if current is None:
        return None
    return shutil.disk_usage(settings.published).free // current.stat().st_size


def is_current(settings: Settings, built_at: datetime) -> bool:
    """Return whether the current snapshot is of the build that began at an instant (UTC)."""
    current = current_snapshot(settings)
    return current is not None and current.name.startswith(name_prefix_of(built_at))


def name_prefix_of(built_at: datetime) -> str:
    """Return the prefix of the names of a build's snapshots."""
    return f"{PREFIX}{built_at.astimezone(UTC):%Y%m%dT%H%M%S%f}-"
