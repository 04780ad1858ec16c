from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import Answer, CommandLine
from inbox import free_port
from lakes import TestLake, lakes, new_lake, write_snapshot
from object_storage import BUCKET, object_storage
from postgres import PASSWORD

from workflows.config.roles import read_users
from workflows.errors import ConfigurationError
from workflows.lake.client import houses_read, publish_to_lake
from workflows.lake.lake_note import read_lake_note

NOWHERE = "http://127.0.0.1:9"
RATES = ("create table rates (name varchar primary key, cents bigint)", "insert into rates values ('order', 250)")


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestLake]:
    with lakes() as server:
        yield new_lake(server, tmp_path_factory.mktemp("lake"))


def reader(lake: TestLake, folder: Path, *words: str, house: str = "dallas", **more: str) -> Answer:
    """What a command says on a machine that has no home, and only reads from the lake."""
    variables = lake.variables(house) | {"SHIPLEDGER_READ_FROM": "lake", "SHIPLEDGER_LAKE_DATA": ""} | more
    return CommandLine(folder / "reader", NOWHERE).run(*words, **variables)


def test_a_machine_without_a_home_exports_what_was_published_last(lake: TestLake, tmp_path: Path) -> None:
    home = lake.home(tmp_path / "home", "dallas")
    first = write_snapshot(home, 1, *RATES, "create table gone as select 1 as a")
    publish_to_lake(home)
    to = ("export", "--to", str(tmp_path / "files"), "--format", "csv")
    answer = reader(lake, tmp_path, *to)
    assert answer.code == 0, answer.errors
    assert answer.facts["snapshot"].startswith(first.stem)
    assert (tmp_path / "files" / "rates.csv").read_text() == "name,cents\norder,250\n"
    # What somebody else writes is in no copy, also before the next publication removes it.
    lake.ask("update lake.dallas.rates set cents = 1", "create table lake.dallas.theirs as select 1 as a")
    assert reader(lake, tmp_path, *to).facts == answer.facts
    assert reader(lake, tmp_path / "elsewhere", *to).facts == answer.facts
    assert (tmp_path / "files" / "rates.csv").read_text() == "name,cents\norder,250\n"
    second = write_snapshot(home, 2, "update rates set cents = 300", "drop table gone")
    publish_to_lake(home)
    again = reader(lake, tmp_path, *to)
    assert again.facts["snapshot"].startswith(second.stem)
    assert [one["table"] for one in again.facts["tables"]] == ["rates"]
    assert (tmp_path / "files" / "rates.csv").read_text() == "name,cents\norder,300\n"
    out_of_reach = reader(lake, tmp_path, *to, SHIPLEDGER_LAKE=lake.catalog_of("lake", port=free_port()))
    assert (out_of_reach.code, "does not answer" in out_of_reach.facts["error"]) == (75, True)
    note = read_lake_note(tmp_path / "reader" / "houses" / "dallas")
    assert note is not None
    assert (note.snapshot, note.problem is None) == (again.facts["snapshot"], False)
    assert PASSWORD not in out_of_reach.errors
    unknown = reader(lake, tmp_path, *to, house="boston")
    assert (unknown.code, "its houses: dallas" in unknown.facts["error"]) == (1, True), unknown
    assert not (tmp_path / "reader" / "published" / "current.duckdb").exists()


def test_files_in_object_storage_are_published_and_read(
    lake: TestLake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = new_lake(lake.server, tmp_path)
    with object_storage(tmp_path) as variables:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        home = server.home(tmp_path / "home", "dallas", SHIPLEDGER_LAKE_DATA=f"s3://{BUCKET}/lake")
        # Enough rows for a file: a few are kept in the catalog.
        write_snapshot(home, 1, *RATES, "insert into rates select 'rate ' || range, range from range(999)")
        publish_to_lake(home)
        write_snapshot(home, 2, "delete from rates where cents < 500")
        publish_to_lake(home)
        answer = reader(server, tmp_path, "export", "--to", str(tmp_path / "files"), **variables)
        assert answer.code == 0, answer.errors
        assert [one["rows"] for one in answer.facts["tables"]] == [499]
        wrong = new_lake(lake.server, tmp_path).home(
            tmp_path / "wrong",
            "dallas",
            SHIPLEDGER_LAKE_DATA="s3://nowhere/x",
            SHIPLEDGER_LAKE=server.catalog,
        )
        write_snapshot(wrong, 1, *RATES)
        publish_to_lake(wrong)
        note = read_lake_note(wrong.home)
        assert note is not None
        assert "cannot read or write its files" in (note.problem or "")
    assert (tmp_path / BUCKET / "lake" / "shipledger.csv").exists()


@pytest.mark.parametrize("words", [("sync",), ("receive", "--sku", "1", "--quantity", "1"), ("backup",)])
def test_what_needs_a_home_is_refused_on_a_machine_that_only_reads(
    lake: TestLake, tmp_path: Path, words: tuple[str, ...]
) -> None:
    answer = reader(lake, tmp_path, *words)
    assert (answer.code, "only reads from the lake" in answer.facts["error"]) == (78, True), answer


def test_the_users_file_says_which_houses_a_machine_reads(lake: TestLake, tmp_path: Path) -> None:
    users = tmp_path / "users.toml"
    settings = lake.home(tmp_path / "home", "dallas", SHIPLEDGER_USERS=str(users))
    assert houses_read(settings) == ["dallas"]
    users.write_text(
        '[users]\nada = { role = "admin" }\nvera = { role = "viewer", houses = ["austin", "boston"] }\n'
    )
    assert houses_read(settings) == ["austin", "boston", "dallas"]
    for wrong in ('"austin"', "[1]", '["../x"]', '["group"]'):
        users.write_text(f'[users]\nvera = {{ role = "viewer", houses = {wrong} }}\n')
        with pytest.raises(ConfigurationError, match="houses of vera"):
            read_users(users)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"SHIPLEDGER_LAKE": "postgresql://x:s3cret-word@y/z"}, "SHIPLEDGER_LAKE is not a DuckLake's catalog"),
        ({"SHIPLEDGER_LAKE": "ducklake:postgres:"}, "SHIPLEDGER_LAKE is not a DuckLake's catalog"),
        ({"SHIPLEDGER_HOUSE": ""}, "SHIPLEDGER_HOUSE names the house's schema"),
        ({"SHIPLEDGER_HOUSE": "Dallas; drop"}, "SHIPLEDGER_HOUSE names the house's schema"),
        ({"SHIPLEDGER_HOUSE": "group"}, "SHIPLEDGER_HOUSE names the house's schema"),
        ({"SHIPLEDGER_LAKE_DATA": ""}, "SHIPLEDGER_LAKE_DATA is missing"),
        ({"SHIPLEDGER_LAKE": "", "SHIPLEDGER_READ_FROM": "lake"}, "SHIPLEDGER_LAKE names none"),
        ({"SHIPLEDGER_READ_FROM": "ocean"}, "SHIPLEDGER_READ_FROM"),
    ],
)
def test_half_a_lake_is_refused_with_the_variable_that_is_wrong(
    lake: TestLake, tmp_path: Path, changes: dict[str, str], said: str
) -> None:
    with pytest.raises(ConfigurationError) as refused:
        lake.home(tmp_path / "home", "dallas", **changes)
    assert said in str(refused.value)
    assert "s3cret-word" not in str(refused.value)
