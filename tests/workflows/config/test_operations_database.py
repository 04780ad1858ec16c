"""The operations database: whatever release made it, it has every table, and rows are added and never changed."""

from __future__ import annotations

import os
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from process_limits import limited

from workflows.config import operations_database
from workflows.config.operations_database import (
    append_row,
    open_operations_database,
    prepare_operations_database,
    read_operations_database,
)
from workflows.config.thresholds import KEPT_LOGINS
from workflows.entries import login_log
from workflows.entries.login_log import (
    LOGIN,
    LOGOUT,
    REFUSAL,
    delete_old_login_events,
    recent_login_events,
    record_login_event,
)
from workflows.errors import DatabaseBusy, HomeUnusable, ShipledgerError

# The table that is replaced by each load, and what is not booked yet.
REPLACED = {"last_read", "drafts"}


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "operations.sqlite"


def tables(connection: sqlite3.Connection) -> list[str]:
    found = connection.execute("select name from sqlite_master where type = 'table' and name not like 'sqlite_%'")
    return [name for (name,) in found]


def columns(database: Path) -> dict[str, set[str]]:
    with closing(sqlite3.connect(database)) as connection:
        return {
            table: {name for _, name, *_ in connection.execute(f"pragma table_info({table})")}
            for table in tables(connection)
        }


def test_every_table_of_facts_refuses_changes_and_deletions(database: Path) -> None:
    with open_operations_database(database) as connection:
        triggers: Iterator[tuple[str, str]] = connection.execute(
            "select tbl_name, name from sqlite_master where type = 'trigger'"
        )
        refused = {(table, name.removeprefix(f"{table}_are_never_")) for table, name in triggers}
        appended = set(tables(connection)) - REPLACED
    assert refused == {(table, change) for table in appended for change in ("changed", "deleted")}


def test_a_database_of_an_earlier_release_gets_what_it_lacks_and_keeps_its_rows(
    database: Path, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(database)) as earlier, earlier:
        earlier.execute("create table switch_turns (seq integer primary key, name text, is_on integer)")
        earlier.execute("insert into switch_turns (name, is_on) values ('sync', 0)")
        earlier.execute("create table entries (seq integer primary key, entry_id text)")
        earlier.execute("create table login_events (seq integer primary key, event text, happened_at text)")
    prepare_operations_database(database)
    prepare_operations_database(tmp_path / "new.sqlite")
    made, fresh = columns(database), columns(tmp_path / "new.sqlite")
    assert made.keys() == fresh.keys()
    assert {"corrects", "seen_by_count"} <= made["entries"]
    assert "session_key" in made["login_events"]
    with read_operations_database(database) as connection:
        assert connection.execute("select name, is_on from switch_turns").fetchall() == [("sync", 0)]


def test_a_lot_state_of_an_earlier_release_is_kept_and_an_expiry_date_needs_no_state(database: Path) -> None:
    prepare_operations_database(database)
    with closing(sqlite3.connect(database)) as earlier, earlier:
        earlier.execute("drop table lot_states")
        earlier.execute("""
            create table lot_states (
                seq integer primary key autoincrement, state_id text not null unique, sku_code text not null,
                lot_number text not null, status text not null, valid_from text not null, reason text not null,
                note text, actor text not null, entered_at text not null
            ) strict
        """)
        of_old = (7, "old", "17612", "250300", "retired", "2026-11-01", "empty", None, "ann", "2026-11-01T09:00")
        earlier.execute(f"insert into lot_states values ({', '.join('?' * 10)})", of_old)
        earlier.execute(
            "create trigger lot_states_are_never_changed before update on lot_states "
            "begin select raise(abort, 'never'); end"
        )
        earlier.execute("pragma user_version = 0")
    with open_operations_database(database) as connection:
        said = {"sku_code": "17612", "lot_number": "250300", "valid_from": "2026-11-02", "actor": "ann"}
        append_row(connection, "lot_states", **said, state_id="new", entered_at="x", expires="2027-06-30")
        with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
            append_row(connection, "lot_states", **said, state_id="nothing", entered_at="x")
        rows = connection.execute("select seq, state_id, status, expires from lot_states order by seq").fetchall()
    assert rows == [(7, "old", "retired", None), (8, "new", None, "2027-06-30")]
    for change in ("update lot_states set status = null", "delete from lot_states"):
        with pytest.raises(sqlite3.IntegrityError, match="never"), open_operations_database(database) as one:
            one.execute(change)


def test_the_audit_log_of_logins_is_deleted_after_its_time_and_not_before(database: Path) -> None:
    now = datetime.now(UTC)
    ages = (KEPT_LOGINS - timedelta(minutes=5), KEPT_LOGINS + timedelta(minutes=5))
    with open_operations_database(database) as connection:
        for age in ages:
            append_row(connection, "login_events", event="login", address="10.0.0.1", happened_at=now - age)
    with (
        pytest.raises(sqlite3.IntegrityError, match="kept for 400 days"),
        open_operations_database(database) as one,
    ):
        one.execute("delete from login_events")
    assert delete_old_login_events(database, now) == 1
    [left] = recent_login_events(database, 10)
    assert left.happened_at == now - ages[0]


def test_refusals_of_a_name_beyond_the_limit_of_an_hour_are_not_recorded_and_hide_no_login(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime(2026, 10, 5, 14, 7, tzinfo=UTC)
    monkeypatch.setattr(login_log, "datetime", SimpleNamespace(now=lambda _zone: now))
    monkeypatch.setattr(login_log, "MOST_REFUSALS", 3)
    record_login_event(database, LOGIN, "ada", "10.0.0.1")
    for number in range(9):
        record_login_event(database, REFUSAL, None, f"2001:db8::{number}", "unknown name")
    record_login_event(database, REFUSAL, "ada", "10.0.0.1", "wrong password")
    refused = [event.reason for event in recent_login_events(database, 100, [REFUSAL])]
    limit = "further refusals are not recorded until 15:00 UTC"
    assert refused == ["wrong password", limit, *["unknown name"] * 3]
    assert [event.user_name for event in recent_login_events(database, 1, [LOGIN, LOGOUT])] == ["ada"]
    now += timedelta(minutes=53)
    record_login_event(database, REFUSAL, None, "10.0.0.2", "unknown name")
    assert recent_login_events(database, 1)[0].address == "10.0.0.2"


def test_login_and_logout_at_an_identity_provider_are_recorded_once_in_any_process(database: Path) -> None:
    for key in ("first", "first", "second"):
        record_login_event(database, LOGIN, "ada", "10.0.0.1", session_key=key)
        record_login_event(database, LOGOUT, "ada", "10.0.0.1", session_key=key)
        record_login_event(database, LOGOUT, "ada", "10.0.0.2")
    assert [event.address for event in recent_login_events(database, 10, [LOGIN])] == ["10.0.0.1"] * 2
    logouts = [event.address for event in recent_login_events(database, 10, [LOGOUT])]
    assert sorted(logouts) == [*["10.0.0.1"] * 2, *["10.0.0.2"] * 3]


def test_who_reads_a_missing_database_finds_no_rows_and_makes_no_file(database: Path) -> None:
    with read_operations_database(database) as connection:
        assert connection.execute("select count(*) from entries").fetchall() == [(0,)]
    assert not database.exists()


def test_a_database_that_another_process_keeps_locked_is_an_error_that_says_what_to_do(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare_operations_database(database)
    monkeypatch.setattr(operations_database, "_BUSY_SECONDS", 0)
    with (
        open_operations_database(database),
        pytest.raises(DatabaseBusy, match=r"locked by another process.* Try again"),
        open_operations_database(database),
    ):
        pass


def test_a_healthy_database_that_no_file_handle_is_left_for_is_not_called_damaged(database: Path) -> None:
    prepare_operations_database(database)
    free = os.open(os.devnull, os.O_RDONLY)
    os.close(free)
    with (
        limited(resource.RLIMIT_NOFILE, free),
        pytest.raises(HomeUnusable, match=r"cannot be opened .*limit of open files") as refused,
        open_operations_database(database),
    ):
        pass
    assert "restore" not in str(refused.value)
    prepare_operations_database(database)


def test_a_full_disk_is_a_sentence_and_rolls_back(database: Path) -> None:
    prepare_operations_database(database)
    with (
        pytest.raises(ShipledgerError, match=r"\(database or disk is full\).* Free space"),
        open_operations_database(database) as connection,
    ):
        append_row(connection, "switch_turns", name="sync", is_on=0, actor="ann", turned_at=datetime.now(UTC))
        [pages] = connection.execute("pragma page_count").fetchone()
        connection.execute(f"pragma max_page_count = {pages}")
        connection.execute("create table no_room as select zeroblob(100000)")
    with read_operations_database(database) as connection:
        assert connection.execute("select count(*) from switch_turns").fetchall() == [(0,)]


@pytest.mark.parametrize("is_new", [True, False])
def test_a_disk_that_refuses_a_write_is_a_sentence(database: Path, is_new: bool) -> None:
    if not is_new:
        prepare_operations_database(database)
    with (
        pytest.raises(ShipledgerError, match=r"\(disk I/O error\).* Free space"),
        limited(resource.RLIMIT_FSIZE, 0),
        open_operations_database(database) as connection,
    ):
        append_row(connection, "switch_turns", name="sync", is_on=0, actor="ann", turned_at=datetime.now(UTC))
    assert list(database.parent.glob(".operations-*")) == []
