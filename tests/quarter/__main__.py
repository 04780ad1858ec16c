"""`python -m tests.quarter`: every close of the quarter, then the bills beside the recomputed ledger."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import tests.outside_pytest  # noqa: F401
from tests.quarter.presses import every_press, live_through


def main() -> int:
    """Run the quarter. Returns 1 when a cent is missing."""
    began = time.process_time()
    with tempfile.TemporaryDirectory(prefix="quarter-") as folder:
        quarter = live_through(Path(folder) / "home", every_press(), _say)
        rows = quarter.comparison()
    _say(f"\n{len(quarter.closed)} presses, {time.process_time() - began:.0f} s of CPU\n")
    _say("| cents | invoiced | restated | to be restated | sum | recomputed |\n|---|---|---|---|---|---|")
    for name, *billed, recomputed in rows:
        _say(f"| {name} | {' | '.join(map(str, billed))} | {sum(billed)} | {recomputed} |")
    return int(any(sum(billed) != recomputed for _, *billed, recomputed in rows))


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
