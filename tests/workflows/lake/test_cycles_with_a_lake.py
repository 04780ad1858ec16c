from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import CommandLine
from inbox import free_port
from lakes import TestLake, lakes, new_lake


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[TestLake]:
    with lakes() as server:
        yield new_lake(server, tmp_path)


def test_a_cycle_succeeds_without_the_lake_and_the_next_one_catches_up(
    filled: CommandLine, lake: TestLake
) -> None:
    variables = lake.variables("dallas")
    nobody = variables | {"SHIPLEDGER_LAKE": lake.catalog_of("lake", port=free_port())}
    cycle = filled.run("sync", **nobody)
    assert cycle.code == 0, cycle.errors
    alerts = [alert["message"] for alert in filled.run("status", **nobody).facts["alerts"]]
    assert [text for text in alerts if "The lake could not be used" in text and "does not answer" in text]
    again = filled.run("sync", **variables)
    assert again.code == 0, again.errors
    alerts = [alert["message"] for alert in filled.run("status", **variables).facts["alerts"]]
    assert [text for text in alerts if "lake" in text] == []
    snapshot = (filled.home / "published" / "current.duckdb").resolve(strict=True)
    assert lake.differences("dallas", snapshot) == {}
    [tables] = lake.ask("select count(*) from duckdb_tables() where schema_name = 'dallas'")
    assert tables[0][0] > 30
