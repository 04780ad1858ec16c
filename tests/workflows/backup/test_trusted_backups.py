"""A restore takes only a home's own backups, unless `--trust` is given, and no other file."""

from __future__ import annotations

import json
import shutil
import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pytest
from homes import copy_of, settings_of
from rewritten_backups import changed, members_of, unpacked, write_members, write_unsigned

from workflows.backup.backup_file import make_backup
from workflows.backup.restoring import restore_backup
from workflows.config.settings import Settings
from workflows.entries.recording import recent_entries
from workflows.errors import WRONG_CONFIGURATION, WRONG_USAGE, HomeUnusable, ShipledgerError, UsageError

PASSPHRASE = "correct horse battery"


@pytest.fixture
def backup(settings: Settings, tmp_path: Path) -> Path:
    return Path(make_backup(settings, tmp_path / "backups", "run")["file"])


@pytest.fixture
def new_machine(tmp_path: Path) -> Settings:
    return settings_of(tmp_path / "new-machine")


def signed_with(home: Path, passphrase: str) -> Settings:
    return settings_of(home, SHIPLEDGER_BACKUP_PASSPHRASE=passphrase)


def check_refused(settings: Settings, backup: Path, sentence: str, *, trust: bool = False) -> None:
    """It is refused with the sentence, and nothing is changed."""
    before = sorted(settings.home.rglob("*"))
    with pytest.raises(UsageError, match=sentence) as refused:
        restore_backup(settings, backup, trust=trust)
    assert refused.value.exit_code == WRONG_USAGE
    assert [path for path in sorted(settings.home.rglob("*")) if path.name != "worker.lock"] == [
        path for path in before if path.name != "worker.lock"
    ]


def entered_in(settings: Settings) -> list[int]:
    return [entry.quantity for entry in recent_entries(settings)]


def test_the_manifest_and_its_signature_come_first(backup: Path) -> None:
    members = members_of(backup)
    assert list(members)[:2] == ["manifest.json", "manifest.hmac"]
    assert json.loads(members["manifest.json"])["format"] == 2
    assert "backup.key" not in members
    assert "workflows.sqlite" not in members


def test_a_new_machine_restores_a_backup_with_the_key_of_its_home_or_when_it_is_to_trust_it(
    settings: Settings, backup: Path, new_machine: Settings
) -> None:
    new_machine.home.mkdir()
    (new_machine.home / "logs").mkdir()
    check_refused_at_first(new_machine, backup)
    shutil.copy(settings.home / "backup.key", new_machine.home)
    restore_backup(new_machine, backup)
    assert entered_in(new_machine) == [576]
    (new_machine.home / "backup.key").unlink()
    restore_backup(new_machine, backup, trust=True)
    assert entered_in(new_machine) == [576]


def check_refused_at_first(settings: Settings, backup: Path) -> None:
    with pytest.raises(UsageError, match="made by another home") as refused:
        restore_backup(settings, backup)
    assert "--trust" in str(refused.value)
    assert not settings.operations.exists()


def test_a_changed_backup_is_refused(settings: Settings, backup: Path, tmp_path: Path) -> None:
    later = changed(backup, tmp_path / "later.tar", made_at="2027-01-01T00:00:00Z")
    check_refused(settings, later, "was changed afterwards")
    members = members_of(backup)
    del members["manifest.hmac"]
    check_refused(settings, write_members(tmp_path / "bare.tar", *members.items()), "was changed afterwards")
    members = members_of(backup) | {"operations.sqlite": members["operations.sqlite"][:-1] + b"x"}
    with pytest.raises(ShipledgerError, match="is damaged"):
        restore_backup(settings, write_members(tmp_path / "other.tar", *members.items()), trust=True)


def test_a_backup_of_an_unknown_format_is_refused_unless_it_is_to_be_trusted(
    settings: Settings, backup: Path, tmp_path: Path
) -> None:
    newer = changed(backup, tmp_path / "newer.tar", format=3)
    check_refused(settings, newer, "has the format 3, and this release knows 2")
    restore_backup(settings, newer, trust=True)
    assert entered_in(settings) == [576]


def test_a_backup_of_an_earlier_release_is_restored_when_it_is_to_be_trusted_but_not_its_jobs(
    settings: Settings, backup: Path, tmp_path: Path
) -> None:
    folder = unpacked(backup, tmp_path / "earlier")
    with closing(sqlite3.connect(folder / "workflows.sqlite")) as store, store:
        store.execute("create table workflow_status (output text)")
    (folder / "published" / "current.duckdb").symlink_to("shipledger-1.duckdb")
    earlier = write_unsigned(folder, tmp_path / "earlier.tar")
    check_refused(settings, earlier, "earlier release, which did not sign backups")
    restored = restore_backup(settings, earlier, trust=True)
    assert restored["counts"].keys() == {"warehouse.duckdb", "operations.sqlite", "shipledger-1.duckdb"}
    assert (settings.published / "current.duckdb").resolve().name == "shipledger-1.duckdb"
    assert not (settings.home / "workflows.sqlite").exists()


GOOD: dict[str, Any] = {
    "made_at": "2025-10-01T04:15:00+00:00",
    "files": {"operations.sqlite": {"bytes": 1, "sha256": "00"}},
    "counts": {},
}


@pytest.mark.parametrize(
    "manifest",
    [
        {},
        [],
        None,
        "text",
        GOOD | {"made_at": None},
        GOOD | {"made_at": "yesterday"},
        {"files": GOOD["files"], "counts": {}},
        GOOD | {"files": {}},
        GOOD | {"files": []},
        GOOD | {"files": {"operations.sqlite": 1}},
        GOOD | {"counts": {"operations.sqlite": ["entries"]}},
        GOOD | {"format": "two"},
        GOOD | {"current": 7},
        GOOD | {"current": "../../home"},
        GOOD | {"files": GOOD["files"] | {"../outside": {"bytes": 1, "sha256": "00"}}},
        GOOD | {"files": GOOD["files"] | {"reports/../../outside": {"bytes": 1, "sha256": "00"}}},
        GOOD | {"files": GOOD["files"] | {"/outside": {"bytes": 1, "sha256": "00"}}},
        GOOD | {"files": GOOD["files"] | {"backup.key": {"bytes": 1, "sha256": "00"}}},
        GOOD | {"files": GOOD["files"] | {"scratch/warm_build.json": {"bytes": 1, "sha256": "00"}}},
        GOOD | {"files": GOOD["files"] | {"published/current.duckdb": {"bytes": 1, "sha256": "00"}}},
    ],
    ids=lambda manifest: json.dumps(manifest)[-40:],
)
def test_a_manifest_that_describes_no_home_is_refused_even_if_it_is_to_be_trusted(
    settings: Settings, tmp_path: Path, manifest: Any
) -> None:
    made = write_members(tmp_path / "odd.tar", ("manifest.json", json.dumps(manifest).encode()))
    check_refused(settings, made, "is not a backup of Shipledger that can be read", trust=True)


def link(name: str, target: str, kind: bytes = tarfile.SYMTYPE) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, target
    return member


@pytest.mark.parametrize(
    "member",
    [
        tarfile.TarInfo("../outside"),
        tarfile.TarInfo("/tmp/outside"),
        link("reports", ".."),
        link("reports/link", "../../outside"),
        link("published/current.duckdb", "../operations.sqlite"),
        link("frozen/hard", "operations.sqlite", tarfile.LNKTYPE),
        link("reports/pipe", "", tarfile.FIFOTYPE),
        link("operations.sqlite", "/etc/hostname"),
    ],
    ids=lambda member: member.name,
)
def test_a_member_that_its_manifest_does_not_name_is_refused_even_if_it_is_to_be_trusted(
    settings: Settings, tmp_path: Path, member: tarfile.TarInfo
) -> None:
    made = write_members(tmp_path / "hostile.tar", ("manifest.json", json.dumps(GOOD).encode()), (member, b""))
    check_refused(settings, made, "which no backup does", trust=True)


def test_a_restored_database_has_no_views_and_one_with_a_macro_is_refused(
    settings: Settings, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute(
            f'create view raw_shipstation."a ""view" as from enable_logging(storage := \'file\','
            f" storage_path := '{log}')"
        )
    made = make_backup(settings, tmp_path / "with-view", "run")
    restore_backup(settings, Path(made["file"]))
    with duckdb.connect(str(settings.warehouse)) as connection:
        assert connection.execute("select view_name from duckdb_views() where not internal").fetchall() == []
        assert connection.execute("select count(*) from raw_shipstation.orders").fetchall() == [(5000,)]
        connection.execute("create macro raw_shipstation.lowest() as 0")
    assert not log.exists()
    made = make_backup(settings, tmp_path / "with-macro", "run")
    check_refused(settings, Path(made["file"]), "has macros or triggers")


def test_a_damaged_key_is_named_and_no_backup_is_written_or_read_with_it(
    settings: Settings, backup: Path, tmp_path: Path
) -> None:
    (settings.home / "backup.key").write_bytes(b"short")
    for act in (
        lambda: make_backup(settings, tmp_path / "none", "run"),
        lambda: restore_backup(settings, backup),
    ):
        with pytest.raises(HomeUnusable, match=r"backup\.key, which signs backups, is damaged") as refused:
            act()
        assert refused.value.exit_code == WRONG_CONFIGURATION
    assert not list((tmp_path / "none").iterdir())


def test_a_copied_home_restores_the_backups_of_the_home_that_it_was_copied_from(
    settings: Settings, backup: Path, tmp_path: Path
) -> None:
    copy = settings_of(copy_of(settings.home, tmp_path / "copy"))
    assert restore_backup(copy, backup)["counts"]["operations.sqlite"]["entries"] == 1
