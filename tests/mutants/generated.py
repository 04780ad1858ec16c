"""Changes that mutmut makes by itself in the pure modules: `python -m tests.mutants.generated` prints a table.

Which modules, and which tests are run for them, is in pyproject.toml. `mutmut show NAME` prints one change.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
_MUTMUT = str(Path(sys.executable).with_name("mutmut"))
_LEAST_NOTICED = 0.9


def main() -> int:
    """Make the changes and run the tests. Gives 1 when fewer than nine of ten were noticed."""
    began = time.monotonic()
    ran = subprocess.run([_MUTMUT, "run"], cwd=PROJECT, capture_output=True, text=True, check=False)
    if ran.returncode:
        print(ran.stdout[-2000:], ran.stderr[-2000:], file=sys.stderr)
        return ran.returncode
    states = _states()
    print("| module | changes | noticed | not noticed |\n|---|---|---|---|")
    for module, counts in states.items():
        missed = sum(counts.values()) - _noticed(counts)
        print(f"| {module} | {sum(counts.values())} | {_noticed(counts)} | {missed} |")
    total = sum(sum(counts.values()) for counts in states.values())
    noticed = sum(_noticed(counts) for counts in states.values())
    print(f"\n{noticed} of {total} noticed, {time.monotonic() - began:.0f} s.")
    return int(noticed < _LEAST_NOTICED * total)


def _states() -> dict[str, Counter[str]]:
    """How many changes of each module ended in which state."""
    listed = subprocess.run(
        [_MUTMUT, "results", "--all", "true"], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    states: dict[str, Counter[str]] = defaultdict(Counter)
    for line in listed.stdout.splitlines():
        name, _, state = line.strip().rpartition(": ")
        if name:
            states[name.rpartition(".")[0]][state] += 1
    return states


def _noticed(counts: Counter[str]) -> int:
    """A change after which a test never ends is noticed, too."""
    return counts["killed"] + counts["timeout"]


if __name__ == "__main__":
    sys.exit(main())
