"""Restores that are killed before each change they make to files, and after the last one.

Run as `killed_restores.py HOME BACKUP FOLDER [BUSY]`: each restore gets a copy of HOME in FOLDER. With BUSY, the
entry of that name in the home cannot be moved, so that the restore puts everything back. The next command prepares
the home; the first one that has to complete a restore is killed before each of its changes as well. Prints a JSON
list of the `files` (SHA-256 by path) of each home that came out; `is_interrupted` says whether the kill left the
restore half done.

Run as `killed_restores.py half HOME BACKUP`: leaves HOME half restored.
"""

from __future__ import annotations

import errno
import hashlib
import itertools
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from workflows.backup.leftovers import remove_leftovers
from workflows.backup.restoring import restore_backup
from workflows.config.home_directory import prepare_home
from workflows.config.home_replacement import is_being_replaced
from workflows.config.settings import Settings
from workflows.config.settings_reader import read_settings
from workflows.config.worker_lock import WorkerLock
from workflows.errors import ShipledgerError

_CHANGES = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.symlink", "os.link", "os.chmod", "os.truncate"}
_TRANSIENT = ("scratch", "logs", "worker.lock")
IsTheOne = Callable[[str, tuple[Any, ...]], bool]


def is_change(event: str, arguments: tuple[Any, ...]) -> bool:
    """Whether an audited event changes a file or folder."""
    if event == "open":
        return bool(arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))
    return event in _CHANGES


def run_and_kill(act: Callable[[], object], is_the_one: IsTheOne, busy: str | None = None) -> bool:
    """Act in a process of its own, killed right before the change that is the one. Whether it was killed."""
    child = os.fork()
    if child == 0:

        def watch(event: str, arguments: tuple[Any, ...]) -> None:
            if is_change(event, arguments) and is_the_one(event, arguments):
                os.kill(os.getpid(), signal.SIGKILL)
            if event == "os.rename" and busy and Path(arguments[0]).name == busy:
                raise OSError(errno.EBUSY, os.strerror(errno.EBUSY), str(arguments[0]))

        sys.addaudithook(watch)
        try:
            act()
        except ShipledgerError:
            assert busy, "only what is busy fails"
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        raise SystemExit("A process failed in a way of its own.")
    return os.WIFSIGNALED(status)


def never(_event: str, _arguments: tuple[Any, ...]) -> bool:
    return False


def nth_change(number: int, is_counted: Callable[[], bool] = lambda: True) -> IsTheOne:
    """The change with so many before it that are counted."""
    before = itertools.count()
    return lambda _event, _arguments: is_counted() and next(before) == number


def settings_in(home: Path) -> Settings:
    return read_settings({"SHIPLEDGER_HOME": str(home)})


def begin_to_work(home: Path) -> None:
    """What a starting worker does with the files of a home."""
    prepare_home(settings_in(home))
    assert WorkerLock(home).acquire()
    remove_leftovers(settings_in(home))


def files_of(home: Path) -> dict[str, str]:
    """The files and links of a home, without those that are nobody's data."""
    paths = [path for path in home.rglob("*") if path.relative_to(home).parts[0] not in _TRANSIENT]
    return {
        str(path.relative_to(home)): str(path.readlink())
        if path.is_symlink()
        else hashlib.sha256(path.read_bytes()).hexdigest()
        for path in paths
        if path.is_symlink() or path.is_file()
    }


def kill_each(home: Path, backup: Path, folder: Path, busy: str | None) -> list[dict[str, Any]]:
    outcomes, number, killed = [], 0, True
    while killed:
        ours = Path(shutil.copytree(home, folder / "home", symlinks=True))
        # Until the marker is there, what cannot be moved makes no difference.
        is_counted = partial(is_being_replaced, ours) if busy else lambda: True
        killed = run_and_kill(
            lambda: restore_backup(settings_in(folder / "home"), backup), nth_change(number, is_counted), busy
        )
        is_interrupted = is_being_replaced(ours)
        if is_interrupted and not any(one["is_interrupted"] for one in outcomes):
            # It has all moves before it: killed at each of them, it passes through every half state.
            outcomes += kill_each_completion(ours, folder)
        run_and_kill(lambda: begin_to_work(folder / "home"), never)
        outcomes.append({"is_interrupted": is_interrupted, "files": files_of(ours)})
        shutil.rmtree(ours)
        number += 1
    return outcomes


def kill_each_completion(half: Path, folder: Path) -> list[dict[str, Any]]:
    outcomes, number, killed = [], 0, True
    while killed:
        ours = Path(shutil.copytree(half, folder / "half", symlinks=True))
        killed = run_and_kill(lambda: WorkerLock(folder / "half").acquire(), nth_change(number))
        run_and_kill(lambda: begin_to_work(folder / "half"), never)
        outcomes.append({"is_interrupted": True, "files": files_of(ours)})
        shutil.rmtree(ours)
        number += 1
    return outcomes


def leave_half(home: Path, backup: Path) -> None:
    """Be killed right before the restored entries are moved into the home."""

    def is_the_one(event: str, arguments: tuple[Any, ...]) -> bool:
        return event == "os.rename" and str(arguments[1]) == str(home / "operations.sqlite")

    assert run_and_kill(lambda: restore_backup(settings_in(home), backup), is_the_one)
    assert is_being_replaced(home)


if __name__ == "__main__":
    # Only a power failure needs what is flushed; a kill does not, and these are thousands.
    os.fsync = lambda _file: None  # type: ignore[assignment]
    if sys.argv[1] == "half":
        leave_half(Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        given = [Path(word) for word in sys.argv[1:4]]
        found = kill_each(*given, sys.argv[4] if len(sys.argv) > 4 else None)
        sys.stdout.write(json.dumps(found))
