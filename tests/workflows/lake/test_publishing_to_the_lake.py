from __future__ import annotations

import shutil
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from inbox import free_port
from lakes import TestLake, lakes, new_lake, write_snapshot
from postgres import PASSWORD, Postgres

from workflows.config.settings import Settings
from workflows.lake.client import publish_to_lake
from workflows.lake.lake_note import LakeNote, read_lake_note

ORDERS = (
    "create table orders (order_id bigint primary key, note varchar, changed_at timestamptz)",
    "insert into orders select range, 'note ' || range, '2026-01-01 12:00+00' from range(3000)",
)
# No primary key: rows may be the same, and their first column null.
LINES = (
    "create table lines (line_key varchar, sku varchar, quantity bigint)",
    "insert into lines select 'line ' || range // 2, '17612', 4 from range(3000)",
    "insert into lines values (null, 'a', 1), (null, 'a', 1), (null, null, null)",
)
RATES = ("create table rates (name varchar primary key, cents bigint)", "insert into rates values ('order', 250)")
BEFORE = (*ORDERS, *LINES, *RATES)


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with lakes() as running:
        yield running


@pytest.fixture
def lake(server: Postgres, tmp_path: Path) -> TestLake:
    return new_lake(server, tmp_path)


@contextmanager
def relay(port: int, cut_after: int) -> Iterator[int]:
    """A port that leads to another one, until so many bytes have gone there; then every connection is cut."""
    listening = socket.create_server(("127.0.0.1", 0))
    open_ones: list[socket.socket] = []
    sent = [0]

    def pass_on(source: socket.socket, target: socket.socket, counted: bool) -> None:
        with suppress(OSError):
            while data := source.recv(4096):
                sent[0] += len(data) * counted
                if sent[0] > cut_after:
                    break
                target.sendall(data)
        for one in (source, target):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def accept() -> None:
        while True:
            try:
                here, _ = listening.accept()
            except OSError:
                return
            there = socket.create_connection(("127.0.0.1", port))
            open_ones.extend((here, there))
            for pair in ((here, there, True), (there, here, False)):
                threading.Thread(target=pass_on, args=pair, daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield listening.getsockname()[1]
    finally:
        listening.close()
        for one in open_ones:
            one.close()


def published(settings: Settings) -> LakeNote:
    publish_to_lake(settings)
    note = read_lake_note(settings.home)
    assert note is not None
    return note


def problem_of(settings: Settings) -> str:
    problem = published(settings).problem
    assert problem is not None
    return problem


def test_the_lake_has_the_snapshot_and_only_changed_rows_were_written(lake: TestLake, tmp_path: Path) -> None:
    settings = lake.home(tmp_path / "home", "dallas")
    first = write_snapshot(settings, 1, *BEFORE, "create table gone as select 1 as a")
    assert published(settings).problem is None
    assert lake.differences("dallas", first) == {}
    second = write_snapshot(
        settings,
        2,
        "update orders set note = null where order_id in (7, 8)",
        "delete from orders where order_id = 9",
        "insert into orders values (5000, 'new', null)",
        "delete from lines where rowid in (select min(rowid) from lines where line_key is null)",
        "insert into lines values ('line 4', '17612', 4)",
        "drop table gone",
        "create table came as select 2 as b",
    )
    assert published(settings).problem is None
    assert lake.differences("dallas", second) == {}
    [[[version]], *written] = lake.ask(
        "select max(snapshot_id) from ducklake_snapshots('lake')",
        *(
            f"select change_type, count(*) from ducklake_table_changes('lake', 'dallas', '{table}',"
            " 2, 2) group by all order by all"
            for table in ("orders", "lines", "rates")
        ),
    )
    assert version == 2, "each publication is one step of the lake"
    # Of lines, those with a changed key: three without one, and two that became three.
    assert written == [[["delete", 3], ["insert", 3]], [["delete", 5], ["insert", 5]], []]


def test_a_table_with_other_columns_is_replaced_and_every_view_over_the_houses_has_them(
    lake: TestLake, tmp_path: Path
) -> None:
    dallas, austin = (lake.home(tmp_path / house, house) for house in ("dallas", "austin"))
    write_snapshot(dallas, 1, *RATES, "create table only_here as select 1 as a")
    write_snapshot(austin, 1, *RATES)
    for settings in (dallas, austin):
        assert published(settings).problem is None
    widened = write_snapshot(austin, 2, "alter table rates add column valid_from date")
    assert published(austin).problem is None
    assert lake.differences("austin", widened) == {}
    rates, only_here = lake.ask(
        'select house, name, cents, valid_from from lake."group".rates order by house',
        'select * from lake."group".only_here',
    )
    assert rates == [["austin", "order", 250, None], ["dallas", "order", 250, None]]
    assert only_here == [["dallas", 1]]


def test_two_houses_that_join_at_the_same_time_are_both_there(lake: TestLake, tmp_path: Path) -> None:
    houses = [lake.home(tmp_path / name, name) for name in ("austin", "boston", "dallas")]
    for settings in houses:
        write_snapshot(settings, 1, *RATES)
    with ThreadPoolExecutor(len(houses)) as pool:
        notes = list(pool.map(published, houses))
    assert [note.problem for note in notes] == [None] * len(houses)
    [found] = lake.ask('select house from lake."group".rates order by house')
    assert found == [["austin"], ["boston"], ["dallas"]]


def test_another_home_cannot_publish_under_a_name_that_is_taken(lake: TestLake, tmp_path: Path) -> None:
    ours, theirs = (lake.home(tmp_path / name, "dallas") for name in ("ours", "theirs"))
    snapshot = write_snapshot(ours, 1, *RATES)
    assert published(ours).problem is None
    write_snapshot(theirs, 1, *RATES, "delete from rates")
    assert "refuses the house dallas (another home publishes there)" in problem_of(theirs)
    lake.ask("create schema lake.elsewhere")
    stranger = lake.home(tmp_path / "stranger", "elsewhere")
    write_snapshot(stranger, 1, *RATES)
    assert "no home has published" in problem_of(stranger)
    assert lake.differences("dallas", snapshot) == {}


def test_what_somebody_else_wrote_to_a_house_is_gone_with_the_next_publication(
    lake: TestLake, tmp_path: Path
) -> None:
    settings = lake.home(tmp_path / "home", "dallas")
    write_snapshot(settings, 1, *BEFORE)
    assert published(settings).problem is None
    lake.ask(
        "delete from lake.dallas.orders where order_id < 100",
        "insert into lake.dallas.rates values ('theirs', 1)",
        "drop table lake.dallas.lines",
    )
    snapshot = write_snapshot(settings, 2, "update orders set note = 'x' where order_id = 500")
    assert published(settings).problem is None
    assert lake.differences("dallas", snapshot) == {}
    lake.ask("drop table lake.shipledger.houses")
    snapshot = write_snapshot(settings, 3)
    assert published(settings).problem is None
    # Its list of versions expired: nobody knows what happened since, so all rows are compared.
    lake.ask(
        "delete from lake.dallas.orders where order_id < 100",
        "call ducklake_expire_snapshots('lake', older_than => now())",
    )
    snapshot = write_snapshot(settings, 4, "update orders set note = 'y' where order_id = 500")
    assert published(settings).problem is None
    assert lake.differences("dallas", snapshot) == {}


def test_what_was_redacted_in_older_snapshots_too_is_redacted_in_the_lake(lake: TestLake, tmp_path: Path) -> None:
    settings = lake.home(tmp_path / "home", "dallas")
    first = write_snapshot(settings, 1, *ORDERS)
    assert published(settings).problem is None
    redact = "update orders set note = 'redacted' where order_id = 7"
    second = write_snapshot(settings, 2, redact)
    # Retention rewrites older snapshots in place, so that the two are the same.
    first.write_bytes(second.read_bytes())
    assert published(settings).problem is None
    assert lake.differences("dallas", second) == {}


def test_ten_versions_of_each_house_stay_readable(lake: TestLake, tmp_path: Path) -> None:
    dallas, austin = (lake.home(tmp_path / house, house) for house in ("dallas", "austin"))
    for settings in (austin, dallas):
        write_snapshot(settings, 1, *RATES)
        assert published(settings).problem is None
    # Eleven more of one house, each a version that says it is one.
    lake.ask(
        *(
            statement
            for number in range(11)
            for statement in (
                "begin",
                f"update lake.dallas.rates set cents = {number}",
                "call ducklake_set_commit_message('lake', 'shipledger', 'publish dallas', extra_info =>"
                f""" '{{"house": "dallas", "home": "", "snapshot": "", "stamp": "{number}"}}')""",
                "commit",
            )
        )
    )
    snapshot = write_snapshot(dallas, 2, "update rates set cents = 300")
    assert published(dallas).problem is None
    [found] = lake.ask(
        "select commit_message, count(*) from ducklake_snapshots('lake') where author is not null"
        " group by all order by all"
    )
    assert found == [["publish austin", 1], ["publish dallas", 10]]
    assert lake.differences("dallas", snapshot) == {}


def refusals(lake: TestLake, folder: Path) -> dict[str, tuple[dict[str, str], str]]:
    """Variables that do not work, each with what the sentence says."""
    (folder / "a file").touch()
    (folder / "empty").mkdir()
    in_url = f"ducklake:postgres:{lake.server.url(lake.database, password='s3cret-word')}"
    return {
        "nobody answers": ({"SHIPLEDGER_LAKE": lake.catalog_of("lake", port=free_port())}, "does not answer"),
        "wrong password": (
            {"SHIPLEDGER_LAKE": lake.catalog_of(lake.database, password="s3cret-word")},
            "refuses the user or the address (password authentication failed",
        ),
        "wrong password in a URL": ({"SHIPLEDGER_LAKE": in_url}, "password authentication failed"),
        "no such database": ({"SHIPLEDGER_LAKE": lake.catalog_of("nowhere")}, "does not exist"),
        "nonsense": ({"SHIPLEDGER_LAKE": "ducklake:postgres:nonsense s3cret-word"}, "Correct SHIPLEDGER_LAKE"),
        "no data path": ({"SHIPLEDGER_LAKE_DATA": str(folder / "a file" / "files")}, "read or write its files"),
        "no extension": ({"SHIPLEDGER_LAKE_LIBRARY": str(folder / "empty")}, "SHIPLEDGER_LAKE_LIBRARY"),
    }


def test_a_lake_that_cannot_be_used_is_a_sentence_without_its_password_and_is_caught_up_with(
    lake: TestLake, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    snapshot = write_snapshot(lake.home(tmp_path / "home", "dallas"), 1, *ORDERS)
    for case, (variables, said) in refusals(lake, tmp_path).items():
        problem = problem_of(lake.home(tmp_path / "home", "dallas", **variables))
        assert said in problem, (case, problem)
        files = "".join(path.read_text() for path in (tmp_path / "home").glob("*.json"))
        for text in (problem, files, caplog.text):
            assert "s3cret-word" not in text, case
            assert PASSWORD not in text, case
    settings = lake.home(tmp_path / "home", "dallas")
    assert published(settings).problem is None
    assert lake.differences("dallas", snapshot) == {}
    mounted = lake.files.rename(tmp_path / "not mounted")
    snapshot = write_snapshot(settings, 2, "delete from orders where order_id < 5")
    assert "not mounted" in problem_of(settings)
    shutil.rmtree(lake.files)
    mounted.rename(lake.files)
    assert published(settings).problem is None
    assert lake.differences("dallas", snapshot) == {}
    elsewhere = lake.home(tmp_path / "home", "dallas", SHIPLEDGER_LAKE_DATA=str(tmp_path / "elsewhere"))
    write_snapshot(elsewhere, 3)
    assert "keeps its files elsewhere" in problem_of(elsewhere)
    lake.server.execute("update ducklake_metadata set value = '9.0' where key = 'version'", lake.database)
    assert "has a catalog of another version" in problem_of(settings)


def test_a_network_that_is_cut_during_a_publication_leaves_the_version_before_and_the_next_one_publishes(
    lake: TestLake, tmp_path: Path
) -> None:
    settings = lake.home(tmp_path / "home", "dallas")
    before = write_snapshot(settings, 1, *BEFORE)
    assert published(settings).problem is None
    after = write_snapshot(settings, 2, "update orders set note = 'x'", "update lines set quantity = 5")
    cut = 0
    for kilobytes in (1, 4, 8, 16):
        with relay(lake.server.port, kilobytes * 1000) as port:
            through = lake.home(
                tmp_path / "home", "dallas", SHIPLEDGER_LAKE=lake.catalog_of(lake.database, port=port)
            )
            problem = published(through).problem
        if problem is None:
            break
        cut += 1
        assert "does not answer" in problem
        assert lake.differences("dallas", before) == {}
    assert cut
    assert published(settings).problem is None
    assert lake.differences("dallas", after) == {}
