"""A home with a closed month: each build checks its file, backups hold it, an earlier release's home gets it."""

from __future__ import annotations

import csv
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from command_line import CommandLine
from earlier_release import take_back_to_the_earlier_release
from homes import copy_of, settings_of
from once import made_once

from sandbox import Sandbox

BILL = """
    select * from marts.charge_report_daily
    union all by name
    select * from marts.charge_report_monthly
    order by all
"""
CLOSED = "select month, content_hash from marts.closed_months"


@pytest.fixture(scope="session")
def closed_home(built_home: Path, business: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built home with last month closed."""

    def close(folder: Path) -> None:
        command = CommandLine(copy_of(built_home, folder / "home"), business.url)
        last_day = command.today().replace(day=1) - timedelta(days=1)
        answer = command.run("eom", "--date", last_day.isoformat())
        assert answer.code == 0, answer.errors

    return made_once(tmp_path_factory, "closed-home", close) / "home"


@pytest.fixture
def command(closed_home: Path, business: Sandbox, tmp_path: Path) -> CommandLine:
    return CommandLine(copy_of(closed_home, tmp_path / "home"), business.url)


def file_of_the_month(command: CommandLine) -> Path:
    [file] = (command.home / "frozen").glob("2*.parquet")
    return file


def intact(command: CommandLine) -> tuple[bool, str]:
    """What `health` says of closed months."""
    found: list[dict[str, Any]] = command.run("health").facts["checks"]
    [check] = [check for check in found if check["name"] == "closed months intact"]
    return check["is_ok"], check["detail"]


@pytest.mark.long
def test_a_file_that_was_altered_publishes_nothing_until_the_backup_is_restored(command: CommandLine) -> None:
    made = command.run("backup").facts["file"]
    month = file_of_the_month(command)
    before, whole = command.published(BILL), month.read_bytes()
    month.write_bytes(whole[:-1])
    snapshot = (command.home / "published" / "current.duckdb").resolve()
    assert intact(command) == (False, f"Altered: {month.stem}")
    (command.home / "ledger.duckdb").unlink()
    failed = command.run("sync")
    assert failed.code == 1
    assert f"Put frozen/{month.name} back from a backup" in failed.facts["error"]
    assert (command.home / "published" / "current.duckdb").resolve() == snapshot
    assert command.run("restore", made).code == 0
    assert month.read_bytes() == whole
    assert command.run("sync").code == 0
    assert (intact(command), command.published(BILL)) == ((True, ""), before)
    last_day = command.today().replace(day=1) - timedelta(days=1)
    again = [command.run("eom", "--date", last_day.isoformat(), *more).facts for more in ([], ["--force"])]
    assert [(facts["already_done"], facts["version"]) for facts in again] == [(True, 1), (False, 2)]


@pytest.mark.long
def test_the_export_for_the_books_is_the_frozen_invoice_to_the_cent(command: CommandLine, tmp_path: Path) -> None:
    frozen = file_of_the_month(command)
    file = tmp_path / "invoice.csv"
    words = ("accounting", "--month", frozen.stem, "--format", "quickbooks", "--customer", "Brand Ltd")
    answer = command.run(*words, "--to", str(file))
    assert answer.code == 0, answer.errors
    billed = duckdb.sql(
        "select sum(total_cents)::bigint from read_parquet($file) where line_kind in ('day', 'restatement')",
        params={"file": str(frozen)},
    ).fetchall()
    assert billed == [(answer.facts["total_cents"],)]
    with file.open(newline="") as content:
        amounts = [Decimal(row["*ItemAmount"]) for row in csv.DictReader(content)]
    assert sum(amounts) * 100 == answer.facts["total_cents"] > 0


@pytest.mark.long
def test_a_home_of_an_earlier_release_is_converted_by_its_first_sync(command: CommandLine) -> None:
    settings = settings_of(command.home)
    billed = command.published(BILL)
    hashes = take_back_to_the_earlier_release(settings)
    [(content, evidence)] = hashes.values()
    with duckdb.connect(str(settings.warehouse)) as warehouse:
        warehouse.execute(
            f"update raw_operations.frozen_months set content_hash = '{content}', evidence_hash = '{evidence}';"
            "create table raw_operations.frozen_lines (seq bigint, line varchar, _dlt_load_id varchar);"
            "delete from raw_shipledger.green_build"
        )
    answer = command.run("sync")
    assert answer.code == 0, answer.errors
    assert command.published(BILL) == billed
    assert command.published(CLOSED) == [(month, content) for month, (content, _) in hashes.items()]
    assert intact(command) == (True, "")
    with duckdb.connect(str(settings.warehouse)) as warehouse:
        assert warehouse.execute("from duckdb_tables() where table_name = 'frozen_lines'").fetchall() == []
