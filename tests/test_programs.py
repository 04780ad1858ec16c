"""The programs among the tests begin outside of pytest, where they are run from."""

from __future__ import annotations

import subprocess
import sys

import pytest

from workflows.config.settings import PROJECT


@pytest.mark.parametrize("program", ["tests.cases", "tests.quarter", "tests.mutants"])
def test_a_program_among_the_tests_finds_what_it_imports(program: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", f"import {program}.__main__"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
