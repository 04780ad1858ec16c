"""The sources as dbt describes them are the tables that loading writes."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from command_line import CommandLine

from ingest.sources.carrier_bills import bill_lines, bill_source
from ingest.sources.legacy import legacy_source

STAGING = Path(__file__).resolve().parents[3] / "dbt_project" / "models" / "staging"
SOURCES = {
    source["schema"]: {
        table["name"]: [column["name"] for column in table["columns"]] for table in source["tables"]
    }
    for path in STAGING.glob("*/sources.yml")
    for source in yaml.safe_load(path.read_text())["sources"]
    if "schema" in source  # closed months are files
}


def columns(warehouse: Path) -> dict[tuple[str, str], list[str]]:
    with duckdb.connect(str(warehouse)) as connection:
        found = connection.execute(
            "select schema_name, table_name, list(column_name order by column_name) from duckdb_columns()"
            " where database_name = current_database() group by all"
        ).fetchall()
    return {(schema, table): names for schema, table, names in found}


def last_read(home: Path) -> tuple[Any, ...]:
    with duckdb.connect(str(home / "warehouse.duckdb")) as connection:
        (row,) = connection.execute("select read_at, timezone from raw_shipledger.last_read").fetchall()
    return row


@pytest.mark.parametrize("schema", sorted(SOURCES.keys() - {"raw_legacy", "raw_carrier_bills"}))
def test_every_column_of_a_source_is_described_and_no_other(filled: CommandLine, schema: str) -> None:
    there = columns(filled.home / "warehouse.duckdb")
    assert SOURCES[schema]
    for table, described in SOURCES[schema].items():
        assert sorted(described) == there[schema, table], table


def test_the_former_systems_tables_are_described_as_they_are_loaded() -> None:
    loaded = {name: [*fields, "_dlt_load_id"] for name, fields in legacy_source.TABLES.items()}
    loaded["imports"] = ["digest", "previous_digest", "action", "noted_at", "_dlt_load_id"]
    assert SOURCES["raw_legacy"] == {name: loaded[name] for name in SOURCES["raw_legacy"]}


def test_the_tables_of_carrier_bills_are_described_as_they_are_loaded() -> None:
    loaded = {"bills": bill_source.BILLS, "lines": bill_lines.SCHEMA}
    assert {table: sorted(names) for table, names in SOURCES["raw_carrier_bills"].items()} == {
        table: sorted([*schema.names, "_dlt_load_id"]) for table, schema in loaded.items()
    }


def test_a_sync_that_finds_nothing_new_is_a_read_that_dbt_sees(filled: CommandLine) -> None:
    assert filled.run("sync").code == 0
    (first, _), began = last_read(filled.home), datetime.now(UTC)
    idle = filled.run("sync")
    assert (idle.code, idle.facts["built"]) == (0, False)
    read_at, timezone = last_read(filled.home)
    assert first < began <= read_at
    assert timezone == "America/Chicago"
