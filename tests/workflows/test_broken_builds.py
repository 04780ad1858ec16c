"""What a person who works on the models may break: dbt's message and what to do, and what was published stays."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import CommandLine
from test_bad_reference_data import project_with


def synced_with(project: Path, home: CommandLine) -> tuple[int, str]:
    """Exit code and error of a sync by another copy of the project."""
    ended = subprocess.run(
        [sys.executable, str(project / "orchestrate.py"), "sync", "--json"],
        env=home.environment(),
        cwd="/",
        capture_output=True,
        text=True,
    )
    return ended.returncode, json.loads(ended.stdout)["error"]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    return project_with(folder, "skus", "")


def replace_in(file: Path, before: str, after: str) -> None:
    text = file.read_text()
    assert before in text
    file.write_text(text.replace(before, after, 1))


def test_a_mart_that_breaks_its_contract_is_named_with_the_column(filled: CommandLine, project: Path) -> None:
    before = (filled.home / "published" / "current.duckdb").readlink()
    replace_in(
        project / "dbt_project" / "models" / "marts" / "inventory" / "products.yml",
        "- name: sku_code\n        data_type: varchar",
        "- name: sku_code\n        data_type: integer",
    )
    code, error = synced_with(project, filled)
    assert code == 1
    assert "products failed" in error
    assert "contract" in error
    assert "Nothing was published" in error
    assert (filled.home / "published" / "current.duckdb").readlink() == before


def test_a_source_that_is_not_there_is_named(filled: CommandLine, project: Path) -> None:
    before = (filled.home / "published" / "current.duckdb").readlink()
    replace_in(
        project / "dbt_project" / "models" / "staging" / "shipstation" / "sources.yml",
        "- name: services\n",
        "- name: services\n        identifier: servces\n",
    )
    code, error = synced_with(project, filled)
    assert code == 1
    assert "servces does not exist" in error
    assert "Nothing was published" in error
    assert (filled.home / "published" / "current.duckdb").readlink() == before
