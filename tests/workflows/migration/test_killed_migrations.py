"""A migration, its dry run and its rollback, each killed at every step: done once, as if nothing had happened."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest
from command_line import CommandLine
from former_database import former_database
from homes import founded_home

_TESTS = Path(__file__).parents[2]


def _killed_at_each_step(command: CommandLine, *words: str) -> tuple[list[str], dict[str, Any]]:
    """The steps it was killed at, and the facts it ended with."""
    killer = subprocess.run(
        [sys.executable, str(_TESTS / "workflows" / "killed_migrations.py"), "migrate", *words, "--json"],
        env=command.environment(PYTHONPATH=f"{_TESTS.parent}:{_TESTS / 'support'}"),
        capture_output=True,
        text=True,
    )
    assert killer.returncode == 0, killer.stdout + killer.stderr
    return killer.stderr.splitlines(), json.loads(killer.stdout)


@pytest.mark.long
def test_a_migration_and_its_rollback_killed_at_each_step_are_done_once_and_a_dry_run_leaves_no_trace(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = former_database(tmp_path / "former.db")
    command = CommandLine(founded_home(tmp_path_factory, tmp_path / "home"), "http://127.0.0.1:9")

    def notes() -> list[str]:
        with duckdb.connect(str(command.home / "warehouse.duckdb")) as connection:
            return [action for (action,) in connection.execute("select action from raw_legacy.imports").fetchall()]

    steps, facts = _killed_at_each_step(command, "--legacy", str(file), "--dry-run")
    assert {"copy the former system", "before the validation", "rehearse the migration"} <= set(steps)
    assert facts["action"] == "dry run"
    assert list((command.home / "migrations").iterdir()) == []

    steps, facts = _killed_at_each_step(command, "--legacy", str(file))
    assert {"load the former system", "validate the migration", "publish the migration"} <= set(steps)
    assert (facts["action"], notes()) == ("migrate", ["migrate"])
    shelf = "select quantity_on_hand from marts.inventory_daily where sku_code = '17612'"
    assert command.published(f"{shelf} and inventory_date = '2025-10-01'") == [(2155 - 6,)]

    steps, facts = _killed_at_each_step(command, "--rollback")
    assert {"roll the migration back", "publish the migration"} <= set(steps)
    assert (facts["action"], facts["digest"]) == ("rollback", None)
    assert sorted(notes()) == ["migrate", "rollback"]
    assert command.published(f"{shelf} and inventory_date = '2025-10-01'") != [(2155 - 6,)]
