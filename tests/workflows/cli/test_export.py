"""The command `export` on a whole business, read back by DuckDB."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest
from command_line import CommandLine


def test_every_published_table_is_exported_with_every_row_in_both_formats(
    filled: CommandLine, tmp_path: Path
) -> None:
    current = (filled.home / "published" / "current.duckdb").resolve()
    names = [name for (name,) in filled.published("select table_name from duckdb_tables() order by 1")]
    assert {"orders_inbox", "shipped_items", "charge_report_monthly"} < set(names)
    for file_format in ("parquet", "csv"):
        folder = tmp_path / file_format
        answer = filled.run("export", "--to", str(folder), "--format", file_format)
        assert answer.code == 0, answer.errors
        assert (answer.facts["snapshot"], answer.facts["folder"]) == (current.name, str(folder))
        tables = json.loads((folder / "manifest.json").read_text())["tables"]
        assert [one["table"] for one in tables] == names
        with duckdb.connect() as connection:
            connection.execute(f"attach '{current}' as snapshot (read_only); set timezone = 'UTC'")
            for one in tables:
                columns = {column["name"]: column["type"] for column in one["columns"]}
                source = (
                    f"read_csv('{folder / one['file']}', columns = {columns}, allow_quoted_nulls = false)"
                    if file_format == "csv"
                    else f"'{folder / one['file']}'"
                )
                published = f"snapshot.marts.{one['table']}"
                for left, right in ((source, published), (published, source)):
                    differing = connection.execute(f"from {left} except all from {right}").fetchall()
                    assert differing == [], published


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--table", "orders"), "There is no published table 'orders'. Published are "),
        (("--format", "xlsx"), "'xlsx' is not one of 'parquet', 'csv'"),
    ],
)
def test_a_wrong_export_is_wrong_usage(
    filled: CommandLine, tmp_path: Path, words: tuple[str, ...], sentence: str
) -> None:
    answer = filled.run("export", "--to", str(tmp_path / "out"), *words)
    assert (answer.code, sentence in answer.facts["error"]) == (2, True), answer.errors
    assert not (tmp_path / "out").exists()
