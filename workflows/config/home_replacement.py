"""Replacing files and folders of a home, all of them or none: the last part of a restore.

What is to be moved is written to a marker file first. While the marker exists, the home may be half old and half
new, and nothing may use it. Whoever takes the worker lock next moves the rest; see `worker_lock`.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from workflows.config.disk_sync import sync_to_disk
from workflows.errors import HomeUnusable, ShipledgerError

_MARKER = "restoring.json"


class _Plan(msgspec.Struct, frozen=True):
    """The content of the marker. Paths are relative to the home.

    Attributes:
        staged: The folder with the new files.
        kept: The folder for the replaced files.
        replaced: The names in the home that are moved out of the way.
        new: The names in `staged`, which take their place. One that is no longer there has been moved.
    """

    staged: str
    kept: str
    replaced: list[str]
    new: list[str]


def replace_in_home(home: Path, staged: Path, replaced: Iterable[str]) -> Path | None:
    """Move everything in a folder into the home, and what it replaces into a new folder `replaced-…`.

    The caller holds the worker lock. A process that is killed meanwhile leaves the marker.

    Args:
        home: The home.
        staged: The folder with the new files, on the home's file system.
        replaced: The names in the home to move out of the way, beside those of the new files.

    Returns:
        The folder of the replaced files, None when there were none.

    Raises:
        ShipledgerError: A file could not be moved; everything is as it was.
        HomeUnusable: It could not be put back either; the marker stays.
    """
    new = sorted(path.name for path in staged.iterdir())
    plan = _Plan(
        staged=str(staged.relative_to(home)),
        kept=f"replaced-{datetime.now(UTC):%Y%m%dT%H%M%S%f}",
        replaced=list(dict.fromkeys((*replaced, *new))),
        new=new,
    )
    for path in (staged, *staged.rglob("*")):
        if not path.is_symlink():
            sync_to_disk(path)
    _write_marker(home, plan)
    _carry_out(home, plan)
    kept = home / plan.kept
    return kept if kept.exists() else None


def is_being_replaced(home: Path) -> bool:
    """Return whether a replacement is under way, or was interrupted."""
    return (home / _MARKER).exists()


def complete_replacement(home: Path) -> None:
    """Complete an interrupted replacement, if there is one. The caller holds the worker lock.

    Raises:
        ShipledgerError: A file could not be moved; everything is as it was before the replacement.
        HomeUnusable: It could not be put back either; the marker stays.
    """
    if is_being_replaced(home):
        _carry_out(home, msgspec.json.decode((home / _MARKER).read_bytes(), type=_Plan))


def _write_marker(home: Path, plan: _Plan) -> None:
    # Among the new files, which are removed together if the marker is never written.
    part = home / plan.staged / _MARKER
    part.write_bytes(msgspec.json.encode(plan))
    sync_to_disk(part)
    part.replace(home / _MARKER)
    sync_to_disk(home)


def _carry_out(home: Path, plan: _Plan) -> None:
    """Move what has not been moved yet and remove the marker; put everything back if that fails."""
    try:
        _move_out(home, plan)
        _move_in(home, plan)
    except OSError as problem:
        _put_back(home, plan)
        raise ShipledgerError(
            f"The backup could not be put in its place ({problem}). The home is as it was before the restore. "
            "Correct that, and restore again."
        ) from problem


def _move_out(home: Path, plan: _Plan) -> None:
    staged, kept = home / plan.staged, home / plan.kept
    for name in plan.replaced:
        is_moved_in = name in plan.new and not os.path.lexists(staged / name)
        if os.path.lexists(home / name) and not is_moved_in:
            kept.mkdir(mode=0o700, exist_ok=True)
            (home / name).rename(_free_path(kept / name))
    if kept.exists():
        sync_to_disk(kept)
    sync_to_disk(home)


def _move_in(home: Path, plan: _Plan) -> None:
    staged = home / plan.staged
    for name in plan.new:
        if os.path.lexists(staged / name):
            (staged / name).rename(home / name)
        # Deleted by somebody: without it, the home would be a mixture.
        os.lstat(home / name)
    _remove_marker(home)


def _put_back(home: Path, plan: _Plan) -> None:
    staged, kept = home / plan.staged, home / plan.kept
    try:
        for name in plan.new:
            if not os.path.lexists(staged / name) and os.path.lexists(home / name):
                (home / name).rename(staged / name)
        if kept.exists():
            for path in kept.iterdir():
                path.rename(home / path.name)
            kept.rmdir()
        _remove_marker(home)
    except OSError as problem:
        raise HomeUnusable(
            f"A restore of {home} stopped halfway, and the files can be moved neither on nor back ({problem}). "
            f"Nothing is lost: the replaced files are in {kept}. Correct that; the next command finishes it."
        ) from problem


def _remove_marker(home: Path) -> None:
    sync_to_disk(home)
    (home / _MARKER).unlink()
    sync_to_disk(home)


def _free_path(path: Path) -> Path:
    """Return a path at which there is no file. An earlier release, which ignores the marker, may have made one."""
    others = (path.with_name(f"{path.name}-{number}") for number in itertools.count(2))
    return next(one for one in itertools.chain([path], others) if not os.path.lexists(one))
