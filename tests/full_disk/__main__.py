"""`python -m tests.full_disk [COMMAND ...] [KIB ...]`: commands on a disk that is almost full, and what that did.

For each command and each amount of free space: a copy of a built home on a disk of its own, new orders in the
sandbox, and the command. It must end in time, with an exit code of the contract and a sentence, and the snapshot
must be whole. Then there is room, and one `sync` must publish everything. Needs the right to mount: root's, or a
user namespace.
"""

from __future__ import annotations

import sys

import tests.outside_pytest  # noqa: F401
from tests.full_disk.disks import in_own_mounts
from tests.full_disk.sweep import COMMANDS as ALL
from tests.full_disk.sweep import FREE_KIB, sweep


def main(words: list[str]) -> int:
    """Sweep and print a table. Returns 1 when a row was lost, duplicated or wrong, or a command hung."""
    free = [int(word) for word in words if word.isdigit()] or FREE_KIB
    chosen = {name: ALL[name] for name in words if name in ALL} or ALL
    print("| command | KiB free | exit | seconds | steps that were stored | said | after there was room |")
    print("|---|---|---|---|---|---|---|")
    bad = 0
    for outcome in sweep(chosen, free):
        print(outcome.row(), flush=True)
        bad += outcome.is_bad
    return int(bad > 0)


if __name__ == "__main__":
    in_own_mounts("tests.full_disk")
    sys.exit(main(sys.argv[1:]))
