"""What an edit of seeds or models may break: the run says what and where, and what was published stays."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import CommandLine
from gates import edit_newest

from sandbox import Sandbox
from workflows.config.settings import PROJECT

# As the command line, but that dbt takes up what it has parsed for another home.
_SYNC = """
import sys
from shared_dbt import one_parse_for_all_homes
from orchestrate import main

sys.argv = ["orchestrate.py", "sync", "--json"]
with one_parse_for_all_homes():
    sys.exit(main())
"""
_PARTS = ("ingest", "workflows", "sandbox", "dbt_project", "orchestrate.py")
# What is broken: a file of the dbt project, the last such text in it, what stands there instead, what is said.
BROKEN = {
    "a cycle of aliases": (
        "seeds/sku_aliases.csv",
        "\n",
        "\n18998,18999,1,bundle,x\n18999,18998,1,bundle,x\n",
        "seeds/sku_aliases.csv, row 65: component_sku 18999 is no product of skus.csv",
    ),
    "a mart that breaks its contract": (
        "models/marts/inventory/products.yml",
        "- name: sku_code\n        data_type: varchar",
        "- name: sku_code\n        data_type: integer",
        "products failed (Compilation Error in model products",
    ),
    "a source that is not there": (
        "models/staging/shipstation/sources.yml",
        "- name: services\n",
        "- name: services\n        identifier: servces\n",
        "servces does not exist",
    ),
}


def project_with(folder: Path, name: str, before: str, after: str) -> Path:
    """A copy of the project in which the last such text of a file is another one."""
    for part in _PARTS:
        source = PROJECT / part
        if source.is_dir():
            shutil.copytree(source, folder / part, ignore=shutil.ignore_patterns("target", "__pycache__"))
        else:
            shutil.copy(source, folder)
    file = folder / "dbt_project" / name
    head, found, tail = file.read_text().rpartition(before)
    assert found
    file.write_text(head + after + tail)
    return folder


@pytest.mark.long
@pytest.mark.parametrize("what", BROKEN)
def test_what_cannot_be_built_fails_the_run_with_its_place_and_publishes_nothing(
    filled: CommandLine, tmp_path: Path, what: str
) -> None:
    *change, sentence = BROKEN[what]
    folder = tmp_path / "project"
    folder.mkdir()
    spoiled = project_with(folder, *change)
    current = filled.home / "published" / "current.duckdb"
    before = current.resolve(strict=True)
    ended = subprocess.run(
        [sys.executable, "-c", _SYNC],
        env=filled.environment(PYTHONPATH=f"{spoiled}:{PROJECT / 'tests' / 'support'}"),
        cwd="/",
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 1, ended.stderr
    error = json.loads(ended.stdout)["error"]
    assert sentence in error
    assert "Nothing was published" in error
    assert current.resolve(strict=True) == before
    # dbt takes the file that is put right for unchanged: it is as old as the one before it was broken.
    assert filled.run("sync").code == 0, "what was broken put right, the next run goes on"


def test_a_build_without_enough_memory_says_which_variable_gives_it_more(
    filled_own: CommandLine, own_business: Sandbox
) -> None:
    edit_newest(own_business, "cancelled")
    starved = filled_own.run("sync", SHIPLEDGER_BUILD_MEMORY="10MB")
    assert starved.code == 1
    assert "Out of Memory" in starved.facts["error"]
    assert "Give DuckDB more with SHIPLEDGER_BUILD_MEMORY." in starved.facts["error"]
    assert filled_own.run("sync").code == 0
