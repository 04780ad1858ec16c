"""A seed file that cannot be right: the run fails with a sentence, and what was published stays."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from command_line import CommandLine

from workflows.settings import PROJECT

_PARTS = ("ingest", "workflows", "sandbox", "dbt_project", "orchestrate.py")


def project_with(folder: Path, seed: str, row: str) -> Path:
    """A copy of the project with one more row in a seed file."""
    for part in _PARTS:
        source = PROJECT / part
        if source.is_dir():
            shutil.copytree(source, folder / part, ignore=shutil.ignore_patterns("target", "__pycache__"))
        else:
            shutil.copy(source, folder)
    with (folder / "dbt_project" / "seeds" / f"{seed}.csv").open("a") as file:
        file.write(row)
    return folder


def test_a_cycle_of_aliases_fails_the_run_names_file_and_row_and_publishes_nothing(
    filled: CommandLine, tmp_path: Path
) -> None:
    spoiled = project_with(tmp_path, "sku_aliases", "18998,18999,1,bundle,x\n18999,18998,1,bundle,x\n")
    current = filled.home / "published" / "current.duckdb"
    before = current.resolve(strict=True)
    ended = subprocess.run(
        [sys.executable, str(spoiled / "orchestrate.py"), "sync", "--json"],
        env=filled.environment(),
        cwd="/",
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 1, ended.stderr
    sentence = json.loads(ended.stdout)["error"]
    assert "seeds/sku_aliases.csv, row 65: component_sku 18999 is no product of skus.csv" in sentence
    assert "Nothing was published" in sentence
    assert current.resolve(strict=True) == before
    assert filled.run("sync").code == 0, "the files put right, the next run goes on"
