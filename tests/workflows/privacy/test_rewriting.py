"""Rewritten files: the same rows, modes and constraints, without the bytes of what was removed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from workflows.config.settings import Settings
from workflows.config.settings_reader import read_settings
from workflows.config.snapshots import snapshots
from workflows.errors import ShipledgerError
from workflows.privacy.rewriting import rewrite_ledger, rewrite_the_rest

REMOVED = "qxremovedxq"
EARLIER = datetime(2026, 1, 2, tzinfo=UTC)
# Of order 1 nothing stays for a recall, of order 2 and of label 7, which has no order, something does; 8 is gone.
HASHES = """
create schema raw_shipstation; create schema raw_shipledger;
create table raw_shipstation.orders (order_id bigint, payload_hash varchar);
insert into raw_shipstation.orders values (1, 'figures:a'), (2, 'recall:b'), (3, 'c');
create table raw_shipstation.shipments (shipment_id bigint, order_id bigint, payload_hash varchar);
insert into raw_shipstation.shipments values (7, null, 'recall:d'), (8, null, 'figures:e'), (9, 3, 'figures:f');
create table raw_shipledger.removals (run_id varchar, rewritten_at timestamptz);
"""
MARTS = """
create schema marts;
create table marts.order_consignees (
    shipstation_order_id bigint primary key, consignee_name varchar, company varchar, city varchar, state varchar,
    postal_code varchar, country varchar
);
insert into marts.order_consignees
select unnest([1, 2, 3, -7, -8]), 'name', 'company', 'city', 'WI', 'zip', 'US';
create view marts.states as select distinct state from marts.order_consignees;
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A home with all files that are rewritten, of which something was removed; its name has a quote."""
    made = read_settings({}).model_copy(update={"home": tmp_path / "o'hara"})
    made.published.mkdir(parents=True)
    (made.home / "scratch").mkdir()
    build(made.warehouse, HASHES, mode=0o600)
    with duckdb.connect(str(made.warehouse)) as connection:
        connection.execute(
            "insert into raw_shipledger.removals values ('first', ?), ('second', null), ('third', null)", [EARLIER]
        )
    build(made.ledger, MARTS, mode=0o640)
    for number in (1, 2, 3):
        build(made.published / f"shipledger-{number}.duckdb", MARTS, mode=0o444)
    return made


def build(path: Path, sql: str, mode: int) -> None:
    """A database whose file still has the bytes of a row that was deleted."""
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"set force_compression = 'uncompressed'; {sql}")
        connection.execute(f"create table removed as select '{REMOVED}' || repeat('x', 9000) as word")
        connection.execute("checkpoint")
        connection.execute("delete from removed; checkpoint")
    path.chmod(mode)
    assert REMOVED.encode() in path.read_bytes(), "there is something to find"


def rows(path: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def databases(settings: Settings) -> list[Path]:
    return [settings.warehouse, settings.ledger, *snapshots(settings)]


def rewritten(settings: Settings) -> list[tuple[Any, ...]]:
    return rows(
        settings.warehouse, "select run_id, rewritten_at is not null from raw_shipledger.removals order by 1"
    )


def test_each_file_is_rewritten_with_its_mode_its_constraints_and_its_views(settings: Settings) -> None:
    modes = {path: path.stat().st_mode for path in databases(settings)}
    # What a killed run left.
    (settings.published / ".shipledger-1.duckdb.part").write_bytes(b"half")
    (settings.published / ".shipledger-1.duckdb.part.wal").write_bytes(b"half")
    rewrite_ledger(settings)
    assert rewritten(settings) == [("first", True), ("second", False), ("third", False)]
    assert rewrite_the_rest(settings) == 3
    assert rewritten(settings) == [("first", True), ("second", True), ("third", True)]
    assert rows(settings.warehouse, "select rewritten_at from raw_shipledger.removals where run_id = 'first'") == [
        (EARLIER,)
    ]
    for path in databases(settings):
        assert REMOVED.encode() not in path.read_bytes(), path.name
    assert {path: path.stat().st_mode for path in databases(settings)} == modes
    assert [path.name for path in settings.home.rglob("*.part*")] == []
    for path in (settings.ledger, *snapshots(settings)):
        assert rows(path, "from marts.states") == [("WI",)]
        constraints = "select constraint_type from duckdb_constraints() order by 1"
        assert rows(path, constraints) == [("NOT NULL",), ("PRIMARY KEY",)]


def test_names_and_towns_of_removed_recipients_go_from_every_snapshot_and_nobody_else_s(
    settings: Settings,
) -> None:
    rewrite_the_rest(settings)
    columns = "select shipstation_order_id, consignee_name, company, city, postal_code, state, country"
    full, nobody = ("name", "company", "city", "zip", "WI", "US"), (None, None, None, None, "WI", "US")
    for path in snapshots(settings):
        assert rows(path, f"{columns} from marts.order_consignees order by 1") == [
            (-8, *nobody), (-7, *full), (1, *nobody), (2, *full), (3, *full),
        ]  # fmt: skip


def test_a_file_that_cannot_be_rewritten_stays_and_so_does_the_note_that_it_is_due(settings: Settings) -> None:
    oldest = settings.published / "shipledger-1.duckdb"
    oldest.chmod(0o644)
    oldest.write_bytes(b"no database")
    with pytest.raises(ShipledgerError, match="run `retention` again"):
        rewrite_the_rest(settings)
    assert oldest.read_bytes() == b"no database"
    assert rewritten(settings) == [("first", True), ("second", False), ("third", False)]
    oldest.unlink()
    assert rewrite_the_rest(settings) == 2
    assert rewritten(settings) == [("first", True), ("second", True), ("third", True)]


@pytest.mark.parametrize("rewrite", [rewrite_ledger, rewrite_the_rest])
def test_a_full_disk_is_a_sentence(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, rewrite: Callable[[Settings], Any]
) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("workflows.privacy.rewriting.os.fsync", full)
    with pytest.raises(ShipledgerError, match=r"No space left on device.*What was redacted stays so"):
        rewrite(settings)
    assert all(REMOVED.encode() in path.read_bytes() for path in databases(settings))


def test_what_dlt_loaded_last_is_in_no_file_of_its_own(settings: Settings) -> None:
    loaded = settings.home / "scratch" / "shipledger_orders" / "load" / "loaded"
    kept = settings.home / "scratch" / "shipledger_orders" / "load" / "new"
    for folder in (loaded, kept):
        folder.mkdir(parents=True)
        (folder / "orders.parquet").write_text(REMOVED)
    rewrite_the_rest(settings)
    assert (loaded.exists(), kept.exists()) == (False, True)
