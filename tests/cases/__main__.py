"""Load folders of odd data, each into an empty home, and compare what is published with what must come out.

`python -m tests.cases FOLDER` runs every case of `expected.toml` that FOLDER has; further words choose among them.
"""

from __future__ import annotations

import sys
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any

import tests.outside_pytest  # noqa: F401
from sandbox import Book, load_row_files
from tests.support.command_line import CommandLine
from tests.support.sandboxes import quiet_sandbox

_EXPECTED = Path(__file__).with_name("expected.toml")
_LISTS = ("orders", "shipments", "fulfillments")
# Before the dates of all cases: the shop's orders are of October 2025.
_SINCE = "2025-10-01"


def main(folder: Path, words: Sequence[str]) -> int:
    """Run the cases. Gives 1 when something else came out than was expected."""
    wrong = 0
    listed = tomllib.loads(_EXPECTED.read_text())["expected"]
    print("| case | what | expected | actual | |\n|---|---|---|---|---|")
    for name, expectations in groupby(listed, key=lambda expectation: expectation["case"]):
        if not (folder / name).is_dir() or (words and not any(word in name for word in words)):
            continue
        with _loaded(folder / name) as (line, said):
            for expected in expectations:
                actual = _asked(line, expected["sql"]) if said is None else said
                wrong += actual != expected["rows"]
                verdict = "ok" if actual == expected["rows"] else "**WRONG**"
                print(f"| {name} | {expected['what']} | {expected['rows']} | {actual} | {verdict} |", flush=True)
    return int(wrong > 0)


@contextmanager
def _loaded(case: Path) -> Iterator[tuple[CommandLine, str | None]]:
    """A home with the case's rows, and what the command that failed said."""
    book = load_row_files(
        Book(), {name: case / f"{name}.jsonl" for name in _LISTS if (case / f"{name}.jsonl").exists()}
    )
    with tempfile.TemporaryDirectory(prefix="case-") as scratch, quiet_sandbox(book) as box:
        line = CommandLine(Path(scratch) / "home", box.url)
        commands = [["backfill", "--since", _SINCE], ["sync"]]
        if (case / "orders.xml").exists():
            commands.insert(0, ["import-xcart", str(case / "orders.xml")])
        said = None
        for words in commands:
            answer = line.run(*words)
            if answer.code and said is None and words[0] != "import-xcart":
                said = f"{words[0]} exit {answer.code}: {answer.errors.strip()}"
        yield line, said


def _asked(line: CommandLine, sql: str) -> list[list[Any]]:
    return [list(row) for row in line.published(sql)]


if __name__ == "__main__":
    if len(sys.argv) < 2 or not Path(sys.argv[1]).is_dir():
        sys.exit("Name the folder of the cases: python -m tests.cases FOLDER [CASE ...]")
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
