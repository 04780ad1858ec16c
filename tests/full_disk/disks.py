"""Small disks: tmpfs mounts, seen by this program only, and gone with it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_IN_OWN_MOUNTS = "SHIPLEDGER_TEST_OWN_MOUNTS"
_PAGE_BYTES = 4096


def in_own_mounts(module: str) -> None:
    """Go on as a process with mounts of its own, so that none is left behind."""
    if _IN_OWN_MOUNTS in os.environ:
        return
    as_root = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    command = ["unshare", *as_root, "--mount", sys.executable, "-m", module, *sys.argv[1:]]
    os.execvpe(command[0], command, os.environ | {_IN_OWN_MOUNTS: "1"})


@contextmanager
def small_disk(folder: Path, size_bytes: int) -> Iterator[Path]:
    """A disk of that size at a folder, for as long as the block lasts."""
    folder.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size_bytes}", "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        # Lazily: a killed command may still be ending.
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(disk: Path, free_kib: int) -> Path:
    """Fill a disk up to so much. Gives the file that takes the room."""
    filler = disk / "filler"
    filler.touch()
    room = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize - free_kib * 1024
    with filler.open("r+b") as file:
        os.posix_fallocate(file.fileno(), 0, room - room % _PAGE_BYTES)
    return filler
