"""What others open is written in a format that DuckDB 1.5 reads, whatever version writes it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from command_line import CommandLine
from homes import settings_of

from workflows.privacy.rewriting import rewrite_ledger

# `make test` puts it there: tests/reader.lock.
READER = Path(sys.prefix) / "reader"
COUNT = """
import json, sys
import duckdb
with duckdb.connect(sys.argv[1], read_only=True) as connection:
    tables = connection.execute(
        "select table_name from duckdb_tables() where schema_name = 'marts' order by all"
    ).fetchall()
    counts = {name: len(connection.execute(f"from marts.{name}").fetchall()) for (name,) in tables}
print(json.dumps([duckdb.__version__, counts]))
"""


def read_with(folder: Path | None, database: Path) -> tuple[str, dict[str, int]]:
    """The version of a DuckDB, and how many rows it reads of each mart; the DuckDB of a folder, else our own."""
    done = subprocess.run(
        [sys.executable, "-c", COUNT, str(database)],
        env=os.environ | {"PYTHONPATH": str(folder or "")},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    version, counts = json.loads(done.stdout)
    return version, counts


@pytest.mark.parametrize("file", ["published/current.duckdb", "ledger.duckdb"])
def test_duckdb_1_5_reads_every_mart_of_a_snapshot_and_of_a_ledger_that_was_rewritten(
    filled: CommandLine, file: str
) -> None:
    rewrite_ledger(settings_of(filled.home))
    version, counts = read_with(READER, filled.home / file)
    assert version.startswith("1.5.")
    assert (duckdb.__version__, counts) == read_with(None, filled.home / file)
    assert counts["orders_inbox"] > 0


def test_without_our_setting_it_reads_nothing_of_ours(tmp_path: Path) -> None:
    """Else the test above would show nothing."""
    with duckdb.connect(str(tmp_path / "own.duckdb")) as connection:
        connection.execute("create schema marts; create table marts.one as select 1 as one")
    with pytest.raises(AssertionError, match="version number"):
        read_with(READER, tmp_path / "own.duckdb")
