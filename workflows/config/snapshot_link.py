"""The link `current.duckdb`: moved to a new snapshot in one rename, older ones removed."""

from __future__ import annotations

from pathlib import Path

from workflows.config.disk_sync import sync_to_disk
from workflows.config.snapshots import CURRENT, PREFIX
from workflows.config.thresholds import KEPT_SNAPSHOTS


def part_of(folder: Path, name: str) -> Path:
    """Return where a snapshot is written before it has its name."""
    return folder / f".{name}.part"


def make_current(folder: Path, name: str) -> None:
    """Give a snapshot that was written its name, move the link to it, and remove the oldest.

    Args:
        folder: Of the snapshots.
        name: The snapshot's; the file is complete, and still has the name of `part_of`.

    Raises:
        OSError: The disk is full or the folder cannot be written; the link is where it was.
    """
    part = part_of(folder, name)
    sync_to_disk(part)
    part.chmod(0o444)
    part.rename(folder / name)
    _point_to(folder, name)
    _remove_old(folder)


def remove_leftovers(folder: Path) -> None:
    """Remove what a kill left of snapshots that were being written."""
    for path in folder.glob(f".{PREFIX}*.part*"):
        path.unlink(missing_ok=True)


def _point_to(folder: Path, name: str) -> None:
    link = folder / f".{CURRENT}.new"
    link.unlink(missing_ok=True)
    link.symlink_to(name)
    link.replace(folder / CURRENT)
    sync_to_disk(folder)


def _remove_old(folder: Path) -> None:
    current = (folder / CURRENT).resolve().name
    every = sorted(folder.glob(f"{PREFIX}*.duckdb"), reverse=True)
    for path in [path for path in every if path.name != current][KEPT_SNAPSHOTS - 1 :]:
        path.unlink(missing_ok=True)
