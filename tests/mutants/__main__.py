"""Which careless changes do the tests notice? `make mutants` prints a table: change, noticed by, seconds.

Each change of `changes.toml` is made, alone, in a copy of this checkout, and the tests it names are run there.
With words, only the changes whose file or name has one of them: `python -m tests.mutants publishing retention`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.mutants.changes import Change, read_changes

PROJECT = Path(__file__).resolve().parents[2]
_LEAST_NOTICED = 0.9
_LONGEST_RUN_SECONDS = 600


def main(words: Sequence[str]) -> int:
    """Run the changes. Gives 1 when fewer than nine of ten were noticed."""
    changes = [change for change in read_changes() if not words or any(word in change.label for word in words)]
    noticed = 0
    print("| change | noticed by | seconds |\n|---|---|---|")
    with _copied_project() as copy:
        for change in changes:
            began = time.monotonic()
            test = _first_failure(copy, change)
            noticed += test is not None
            print(f"| {change.label} | {test or '**nobody**'} | {time.monotonic() - began:.1f} |", flush=True)
    print(f"\n{noticed} of {len(changes)} noticed.")
    return int(noticed < _LEAST_NOTICED * len(changes))


@contextmanager
def _copied_project() -> Iterator[Path]:
    """The checkout's files, as git lists them, in a folder of their own, with this checkout's environment."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        for name in filter(None, listed.split("\0")):
            source, target = PROJECT / name, Path(folder) / name
            if source.is_file():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, target)
        yield Path(folder)


def _first_failure(copy: Path, change: Change) -> str | None:
    """The first test that fails once the change is made; None when all pass. The copy is put right afterwards."""
    file = copy / change.file
    original = file.read_text()
    file.write_text(change.made_in(original))
    try:
        run = subprocess.run(
            [
                sys.executable,
                "-m",
                "pytest",
                "-x",
                "-q",
                "--no-header",
                "--tb=no",
                "-p",
                "no:cacheprovider",
                *change.tests,
            ],
            cwd=copy,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            timeout=_LONGEST_RUN_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "a test that never ends"
    finally:
        file.write_text(original)
    return _failed_test(run) if run.returncode else None


def _failed_test(run: subprocess.CompletedProcess[str]) -> str:
    """The name behind the first FAILED or ERROR of pytest's summary.

    Raises:
        RuntimeError: pytest did not run: a test named in the list is not there.
    """
    for line in run.stdout.splitlines():
        if line.startswith(("FAILED ", "ERROR ")):
            return line.split(" - ")[0].split(" ", 1)[1].rpartition("/")[2]
    raise RuntimeError(f"pytest ran no test:\n{run.stdout}{run.stderr}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
