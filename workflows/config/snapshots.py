"""The published snapshots: which there are, which is current, and opening one to read it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from workflows.config.settings import Settings

if TYPE_CHECKING:
    import duckdb

CURRENT = "current.duckdb"
PREFIX = "shipledger-"

# Reading neither fetches extensions nor touches other files. A process opens one file in one way only, so whoever
# reads a snapshot comes here.
_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "threads": 2,
    "memory_limit": "1GB",
    "autoinstall_known_extensions": False,
    "enable_external_access": False,
}


def open_snapshot(path: Path) -> duckdb.DuckDBPyConnection:
    """A connection to a snapshot's own file, not to the link.

    Raises:
        duckdb.Error: It is gone, or no database.
    """
    # A fifth of a second, which an entry that reads no snapshot does without.
    import duckdb

    return duckdb.connect(str(path), read_only=True, config=_CONFIG)


def current_snapshot(settings: Settings) -> Path | None:
    """The file that `current.duckdb` points to, None before the first publication."""
    try:
        path = (settings.published / CURRENT).resolve(strict=True)
    except OSError:
        return None
    return path if path.is_file() else None


def snapshots(settings: Settings) -> list[Path]:
    """All published snapshots, the newest first."""
    return sorted(settings.published.glob(f"{PREFIX}*.duckdb"), reverse=True)


def is_current(settings: Settings, built_at: datetime) -> bool:
    """Whether the current snapshot was made of the green build that began at an instant (UTC)."""
    current = current_snapshot(settings)
    return current is not None and current.name.startswith(name_prefix_of(built_at))


def name_prefix_of(built_at: datetime) -> str:
    """How the names of a build's snapshots begin."""
    return f"{PREFIX}{built_at.astimezone(UTC):%Y%m%dT%H%M%S%f}-"
