"""The check of reference files: first their shape, then what a build checks, by dbt with the seeds alone."""

from __future__ import annotations

import csv
import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from workflows.cycle.dbt_invocation import DBT_PROJECT, SEEDS, dbt_options, dbt_variables, invoke_dbt
from workflows.errors import BuildFailed

# A copy of these is a project that dbt parses in a second.
_PARTS = ("macros", "seeds", Path("models", "staging", "reference"))
# What our checks say, and what DuckDB says of a value that has not the column's type.
_CHECKED = re.compile(r"(\w+\.csv), row (\d+): ((\w+) .+)")
_UNREADABLE = re.compile(r'converting column "(\w+)"\. (.+)')
_LINE = re.compile(r"Line: (\d+)")


class Problem(NamedTuple):
    """What is wrong in a file. The header is row 1; row 0 and column "" are of what concerns the whole file."""

    file: str
    row: int
    column: str
    problem: str


def problems_of(reference: Path) -> list[Problem]:
    """Check the reference files of a folder as a build does, and return what is wrong.

    Raises:
        BuildFailed: dbt cannot be run.
    """
    return [one for file in sorted(SEEDS.glob("*.csv")) for one in _shape(reference / file.name, file)] or _values(
        reference
    )


def _shape(file: Path, shipped: Path) -> Iterator[Problem]:
    """Find what keeps a file from being read: it is missing or no text, or has other columns than it should."""
    try:
        header, *rows = _rows(file) or [[]]
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        reason = getattr(problem, "strerror", None) or "it is no CSV file in UTF-8"
        yield Problem(file.name, 0, "", f"cannot be read: {reason}. `init` writes a copy.")
        return
    columns = _rows(shipped)[0]
    for name in sorted({*columns} ^ {*header}):
        what = "is missing in the header" if name in columns else "is no column of this file"
        yield Problem(file.name, 1, name, f"{name} {what}.")
    for number, row in enumerate(rows, 2):
        if header and row and len(row) != len(header):
            last = header[min(len(row), len(header)) - 1]
            yield Problem(
                file.name, number, last, f"{last} is the last of {len(row)} columns; there must be {len(header)}."
            )


def _rows(file: Path) -> list[list[str]]:
    return list(csv.reader(file.read_text(encoding="utf-8-sig").splitlines()))


def _values(reference: Path) -> list[Problem]:
    with tempfile.TemporaryDirectory(prefix="shipledger-") as scratch:
        project = Path(scratch) / "dbt_project"
        for part in _PARTS:
            shutil.copytree(DBT_PROJECT / part, project / part)
        shutil.copyfile(DBT_PROJECT / "dbt_project.yml", project / "dbt_project.yml")
        build = ("build", "--vars", json.dumps({"all_problems": True}), *dbt_options(project, Path(scratch)))
        result = invoke_dbt(build, dbt_variables(Path(scratch), reference))
    if result.result is None:
        raise BuildFailed(f"dbt cannot check the files in {reference}: {result.exception}. Correct them.")
    failed = [node for node in result.result.results if str(node.status) == "error"]
    return sorted(problem for node in failed for problem in _problems(node.node, str(node.message)))


def _problems(node: Any, message: str) -> Iterator[Problem]:
    found = [Problem(file, int(row), column, problem) for file, row, problem, column in _CHECKED.findall(message)]
    if not found:
        value, line = _UNREADABLE.search(message), _LINE.search(message)
        found = [
            Problem(
                f"{node.name.removeprefix('stg_reference__')}.csv",
                int(line[1]) if line else 0,
                value[1] if value else "",
                f"{value[1]}: {value[2]}" if value else " ".join(message.split()),
            )
        ]
    yield from found
