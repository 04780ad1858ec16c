"""The former system's database, before a migration is started."""

from __future__ import annotations

from pathlib import Path

from ingest.sources.legacy.legacy_source import open_legacy
from ingest.sources.legacy.sqlite_file import NotTheFormerSystem
from workflows.errors import UsageError


def check_former_database(file: Path) -> None:
    """Check that a file is the former system's database.

    Raises:
        UsageError: It is missing, damaged, or another file.
    """
    try:
        with open_legacy(file):
            pass
    except (NotTheFormerSystem, OSError) as problem:
        raise UsageError(f"{problem} Nothing was started.") from problem
