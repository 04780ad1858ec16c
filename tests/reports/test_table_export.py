"""`export` writes the published tables as files, all from one snapshot, with a manifest that lists them."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest
from homes import settings_of

from workflows.config.settings import Settings
from workflows.errors import AlreadyRunning, HomeUnusable, ShipledgerError, UsageError
from workflows.reports.table_export import export_tables

AWKWARD = 'Ann "Quick" O\'Hara,\nSuite 5 · naïve \\ =1+1'
TABLES = f"""
    create schema marts;
    create table marts.skus as
        select range as sku_id, 'sku ' || range as sku_code from range(3);
    create table marts.odd as
        select 9007199254740993::bigint as shipstation_order_id, '{AWKWARD.replace("'", "''")}' as note,
            timestamptz '2026-03-08 08:30:00.123456+00' as noted_at, date '2026-02-28' as noted_date,
            null::bigint as total_cents, true as is_open, 2.5::double as days_of_supply
        union all select 2, '', null, null, -5, false, null;
    create table marts.empty_one (order_number varchar, quantity bigint);
    create schema other;
    create table other.not_published as select 1 as a;
"""
NAMES = ["empty_one", "odd", "skus"]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A home with a snapshot of three small tables."""
    settings = settings_of(tmp_path / "home")
    settings.published.mkdir(parents=True)
    publish(settings, "shipledger-1.duckdb", TABLES)
    return settings


def publish(settings: Settings, name: str, tables: str) -> None:
    with duckdb.connect(str(settings.published / name)) as connection:
        connection.execute(tables)
    link = settings.published / "current.duckdb"
    link.unlink(missing_ok=True)
    link.symlink_to(name)


def manifest(folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / "manifest.json").read_text())
    return content


def read_back(folder: Path, name: str, file_format: str) -> tuple[Any, ...]:
    """Types and rows of an exported table."""
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        columns = next(one for one in manifest(folder)["tables"] if one["table"] == name)["columns"]
        types = {column["name"]: column["type"] for column in columns}
        file = folder / f"{name}.{file_format}"
        as_csv = f"read_csv('{file}', columns = {types}, allow_quoted_nulls = false)"
        source = as_csv if file_format == "csv" else f"'{file}'"
        found = connection.execute(f"from {source}")
        return [str(column[1]) for column in found.description], found.fetchall()


@pytest.mark.parametrize("file_format", ["parquet", "csv"])
def test_every_table_comes_back_with_its_types_and_rows(
    settings: Settings, tmp_path: Path, file_format: str
) -> None:
    facts = export_tables(settings, tmp_path / "out", file_format, [])
    files = {path.name for path in (tmp_path / "out").iterdir()}
    assert files == {*(f"{name}.{file_format}" for name in NAMES), "manifest.json"}
    with duckdb.connect(str(settings.published / "shipledger-1.duckdb"), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        for name in NAMES:
            published = connection.execute(f"from marts.{name}")
            expected = [str(column[1]) for column in published.description], published.fetchall()
            assert read_back(tmp_path / "out", name, file_format) == expected
    assert [(one["table"], one["rows"]) for one in facts["tables"]] == [("empty_one", 0), ("odd", 2), ("skus", 3)]
    assert facts["snapshot"] == "shipledger-1.duckdb"


def test_the_manifest_names_snapshot_files_rows_columns_and_hashes(settings: Settings, tmp_path: Path) -> None:
    export_tables(settings, tmp_path, "csv", ["skus"])
    content = (tmp_path / "skus.csv").read_bytes()
    assert manifest(tmp_path) == {
        "snapshot": "shipledger-1.duckdb",
        "format": "csv",
        "tables": [
            {
                "table": "skus",
                "file": "skus.csv",
                "rows": 3,
                "sha256": hashlib.sha256(content).hexdigest(),
                "columns": [{"name": "sku_id", "type": "BIGINT"}, {"name": "sku_code", "type": "VARCHAR"}],
            }
        ],
    }
    assert content.splitlines()[0] == b"sku_id,sku_code"


def test_only_the_named_tables_are_written_each_once(settings: Settings, tmp_path: Path) -> None:
    facts = export_tables(settings, tmp_path / "out", "parquet", ["skus", "odd", "skus"])
    assert [one["table"] for one in facts["tables"]] == ["odd", "skus"]
    assert not (tmp_path / "out" / "empty_one.parquet").exists()


def test_an_unknown_table_is_named_with_those_there_are_and_nothing_is_written(
    settings: Settings, tmp_path: Path
) -> None:
    for name in ("not_published", "skus'; drop", "../skus"):
        with pytest.raises(UsageError, match=r"There is no published table .* Published are empty_one, odd, skus"):
            export_tables(settings, tmp_path / "out", "csv", ["skus", name])
    assert not (tmp_path / "out").exists()


def test_another_export_replaces_the_files_of_the_one_before_and_no_others(
    settings: Settings, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    export_tables(settings, folder, "csv", [])
    (folder / "notes.txt").write_text("mine")
    publish(settings, "shipledger-2.duckdb", TABLES.replace("range(3)", "range(7)"))
    export_tables(settings, folder, "parquet", ["skus"])
    assert {path.name for path in folder.iterdir()} == {"manifest.json", "skus.parquet", "notes.txt"}
    assert (manifest(folder)["snapshot"], manifest(folder)["tables"][0]["rows"]) == ("shipledger-2.duckdb", 7)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("skus.csv", "sku_code"),
        ("manifest.json", '{"name": "of a web page"}'),
        ("manifest.json", '{"format": "csv", "tables": [{"table": "../../home/operations"}]}'),
        ("manifest.json", "[]"),
    ],
)
def test_a_file_that_is_not_of_an_export_is_not_replaced(
    settings: Settings, tmp_path: Path, name: str, content: str
) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(UsageError, match=f"{name} is not of an earlier export. Name another folder"):
        export_tables(settings, tmp_path, "csv", ["skus", "odd"])
    assert (tmp_path / name).read_text() == content
    assert {path.name for path in tmp_path.iterdir()} == {name, "home"}


def test_two_exports_do_not_write_to_one_folder_and_what_a_killed_one_left_is_removed(
    settings: Settings, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    left_behind = folder / ".export-killed"
    left_behind.mkdir(parents=True)
    (left_behind / "order_consignees.csv").write_text("names")
    handle = os.open(folder, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    with pytest.raises(AlreadyRunning, match=f"Another export writes to {folder}"):
        export_tables(settings, folder, "csv", ["skus"])
    assert left_behind.exists()
    os.close(handle)
    export_tables(settings, folder, "csv", ["skus"])
    assert {path.name for path in folder.iterdir()} == {"manifest.json", "skus.csv"}


def test_files_are_for_their_owner_and_no_part_of_a_failed_export_stays(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export_tables(settings, tmp_path / "out", "csv", [])
    modes = {path.stat().st_mode & 0o777 for path in (tmp_path / "out").iterdir()}
    assert ((tmp_path / "out").stat().st_mode & 0o777, modes) == (0o700, {0o600})
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    publish(settings, "shipledger-2.duckdb", TABLES.replace("range(3)", "range(7)"))
    with monkeypatch.context() as patch:
        patch.setattr("workflows.reports.table_export._hash_of", full)
        with pytest.raises(ShipledgerError, match=r"could not be written \(No space left on device\). Free space"):
            export_tables(settings, tmp_path / "out", "csv", [])
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before


def test_what_cannot_be_written_to_is_a_sentence(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("here")
    for target in (tmp_path / "file", tmp_path / "file" / "below", Path("/proc/nothing")):
        with pytest.raises(ShipledgerError, match=f"{target} could not be written"):
            export_tables(settings, target, "parquet", [])


def test_before_the_first_publication_and_with_a_damaged_snapshot_it_says_what_to_do(
    settings: Settings, tmp_path: Path
) -> None:
    (settings.published / "shipledger-1.duckdb").write_bytes(b"not a database" * 1000)
    with pytest.raises(HomeUnusable, match=r"cannot be read .* Run `sync`"):
        export_tables(settings, tmp_path / "out", "csv", [])
    shutil.rmtree(settings.published)
    with pytest.raises(ShipledgerError, match=r"Nothing has been published yet\. Run `sync` first"):
        export_tables(settings, tmp_path / "out", "csv", [])
