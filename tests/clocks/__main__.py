"""`python -m tests.clocks`: commands with the machine's clock a day ahead or behind, or jumping, by libfaketime.

Each case has a copy of a built home. After it, a `sync` with the right clock must publish everything, and a close
must have closed each day once. Needs Debian's `faketime`.
"""

from __future__ import annotations

import sys

import tests.outside_pytest  # noqa: F401
from tests.clocks.cases import CASES, run_cases


def main(names: list[str]) -> int:
    """Run the cases and print a table. Returns 1 when a row was lost, duplicated or wrong, or a command hung."""
    print(
        "| command | clock | exit | seconds | afterwards, with the right clock |\n|---|---|---|---|---|",
        flush=True,
    )
    bad = 0
    for outcome in run_cases([case for case in CASES if not names or case.words[0] in names]):
        print(outcome.row(), flush=True)
        bad += bool(outcome.problems)
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
