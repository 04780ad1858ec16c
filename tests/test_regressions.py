"""tests/regressions.md names a test for each failure, and every test it names exists."""

from __future__ import annotations

import re
from pathlib import Path

PROJECT = Path(__file__).parents[1]
NAMED = re.compile(r"`((?:tests|dbt_project)/[\w/.]+)(?:::(\w+))?`")


def named_by_failure() -> dict[int, list[tuple[str, str]]]:
    """Number of the failure: file and test of each test its row names; no test for a file that is one itself."""
    rows = re.findall(r"^\| (\d+) \|(.*)$", (PROJECT / "tests/regressions.md").read_text(), re.MULTILINE)
    return {int(number): NAMED.findall(text.split("|")[2]) for number, text in rows}


def test_each_failure_has_a_test() -> None:
    named = named_by_failure()
    assert len(named) > 22, "those of the former system, and those of odd data"
    assert sorted(named) == list(range(1, len(named) + 1))
    assert all(named.values())


def test_every_test_that_is_named_exists() -> None:
    missing = [
        f"{number}: {file}::{test}"
        for number, tests in named_by_failure().items()
        for file, test in tests
        if not exists(PROJECT / file, test)
    ]
    assert missing == []


def exists(path: Path, test: str) -> bool:
    """Whether a file has a test of that name: a function, or a unit test of a model."""
    if not path.is_file():
        return False
    pattern = rf"def {test}\(" if path.suffix == ".py" else rf"- name: {test}$"
    return not test or re.search(pattern, path.read_text(), re.MULTILINE) is not None
