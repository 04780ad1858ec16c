"""The programs among the tests begin outside of pytest, where they are run from."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.reliability import __main__ as reliability
from workflows.config.settings import PROJECT


def test_a_program_among_the_tests_finds_what_it_imports() -> None:
    programs = ("tests.cases", "tests.mutants", "tests.quarter", "tests.screens")
    done = subprocess.run(
        [sys.executable, "-c", "; ".join(f"import {program}.__main__" for program in programs)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("body", "row", "code"),
    [
        ("def test_one(): pass", "| some | 1 | 0 |", 0),
        ("def test_one(): pass\ndef test_two(): assert False", "| some | 1 | 1 |", 1),
        ("", "| some | 0 | 0 |", 1),
        ("import os\ndef test_one(): os._exit(0)", "| some | 0 | 0 |", 1),
    ],
    ids=["passed", "failed", "nothing collected", "no report"],
)
def test_an_area_of_reliability_whose_tests_were_not_all_tried_and_passed_ends_with_1(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    body: str,
    row: str,
    code: int,
) -> None:
    (tmp_path / "test_some.py").write_text(body)
    monkeypatch.setattr(reliability, "AREAS", {"some": [str(tmp_path / "test_some.py")]})
    monkeypatch.setattr(reliability, "PROJECT", tmp_path)
    assert reliability.main([]) == code
    assert capfd.readouterr().out.splitlines()[-1].startswith(row)


def test_every_area_of_reliability_names_files_that_exist_and_that_its_document_lists() -> None:
    document = (PROJECT / "docs/reliability.md").read_text()
    named = [file for files in reliability.AREAS.values() for file in files]
    assert [file for file in named if not (PROJECT / file).exists() or f"`{file}" not in document] == []
    assert set(re.findall(r"`(tests/[\w/]+\.py)`", document)) <= set(named)
