"""The examples of docs/reading.md read a published snapshot, with the oldest DuckDB that has to."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import CommandLine

PAGE = Path(__file__).parents[3] / "docs" / "reading.md"
# `make test` puts it there: tests/reader.lock.
READER = Path(sys.prefix) / "reader"
EXAMPLES = re.findall(r"^```(python|sh)\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def run(language: str, example: str, folder: Path) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "-c"] if language == "python" else ["sh", "-c"]
    paths = {"PYTHONPATH": str(READER), "PATH": f"{READER / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run([*program, example], cwd=folder, env=os.environ | paths, capture_output=True, text=True)


def test_each_way_has_its_example() -> None:
    text = "\n".join(example for _, example in EXAMPLES)
    for way in ("duckdb -readonly", ".pl()", ".df()", "ibis.duckdb", "create_engine"):
        assert way in text


@pytest.mark.parametrize(
    ("language", "example"), EXAMPLES, ids=[example.split("\n")[-2][:30] for _, example in EXAMPLES]
)
def test_an_example_runs_as_it_stands(filled: CommandLine, tmp_path: Path, language: str, example: str) -> None:
    (tmp_path / "data").symlink_to(filled.home)
    done = run(language, example, tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    assert run("python", "import duckdb; print(duckdb.__version__)", tmp_path).stdout.startswith("1.5.")
