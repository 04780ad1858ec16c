"""With a passphrase, a backup is encrypted: who lacks it reads and restores nothing."""

from __future__ import annotations

import resource
import tarfile
from collections.abc import Callable, Iterator
from functools import cache
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

import pyrage
import pytest
from homes import settings_of
from process_limits import limited
from pyrage import passphrase as passphrases
from pyrage import x25519
from rewritten_backups import members_of, write_members
from small_homes import small_home

from workflows.backup import encryption
from workflows.backup.backup_file import make_backup
from workflows.backup.encryption import encrypt
from workflows.backup.leftovers import remove_leftovers
from workflows.backup.restoring import restore_backup
from workflows.config.settings import Settings
from workflows.entries.recording import recent_entries
from workflows.errors import FAILED, ShipledgerError, UsageError

PASSPHRASE = "correct horse battery"
NOT_SET = "is encrypted, and SHIPLEDGER_BACKUP_PASSPHRASE is not set"
ANOTHER = "has another passphrase"


def with_passphrase(home: Path, passphrase: str = PASSPHRASE) -> Settings:
    return settings_of(home, SHIPLEDGER_BACKUP_PASSPHRASE=passphrase)


@pytest.fixture(scope="module")
def encrypted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made once: each encryption takes age a second, so that guesses do, too."""
    home = small_home(tmp_path_factory.mktemp("encrypted") / "home").home
    return Path(make_backup(with_passphrase(home), home / "backups", "run")["file"])


@pytest.fixture(scope="module", autouse=True)
def _each_key_once() -> Iterator[None]:
    """Decrypting one takes age a second, too."""
    with patch.object(passphrases, "decrypt", cache(passphrases.decrypt)):
        yield


def decrypted_as_by_age(backup: Path, target: Path) -> Path:
    """What `age --decrypt -i key.age backup.tar.age` gives."""
    members = members_of(backup)
    key = x25519.Identity.from_str(passphrases.decrypt(members["key.age"], PASSPHRASE).decode().strip())
    target.write_bytes(pyrage.decrypt(members["backup.tar.age"], [key]))
    return target


def files_in(home: Path) -> list[Path]:
    return [path for path in sorted(home.rglob("*")) if path.is_file() and path.name != "worker.lock"]


def check_refused(settings: Settings, backup: Path, sentence: str) -> None:
    """It is refused, even if it is to be trusted; the home is as it was, without a decrypted file."""
    before = files_in(settings.home)
    with pytest.raises(UsageError, match=sentence):
        restore_backup(settings, backup, trust=True)
    assert files_in(settings.home) == before


def test_any_home_with_the_passphrase_restores_it_and_none_without(
    settings: Settings, encrypted: Path, tmp_path: Path
) -> None:
    check_refused(settings, encrypted, NOT_SET)
    check_refused(with_passphrase(settings.home, "another passphrase"), encrypted, ANOTHER)
    elsewhere = with_passphrase(tmp_path / "new-machine")
    assert restore_backup(elsewhere, encrypted)["counts"]["warehouse.duckdb"] == {"raw_shipstation.orders": 5000}
    assert [entry.quantity for entry in recent_entries(elsewhere)] == [576]
    assert list((elsewhere.home / "scratch").iterdir()) == []


def test_it_has_no_plain_part_and_ages_own_format(encrypted: Path, tmp_path: Path) -> None:
    members = members_of(encrypted)
    assert list(members) == ["key.age", "backup.tar.age"]
    assert [content.startswith(b"age-encryption.org/v1\n") for content in members.values()] == [True, True]
    content = encrypted.read_bytes()
    plain = decrypted_as_by_age(encrypted, tmp_path / "plain.tar")
    for text in (b"manifest.json", b"%PDF-1.7", b"operations.sqlite", PASSPHRASE.encode()):
        assert text not in content
        assert (text in plain.read_bytes()) == (text != PASSPHRASE.encode())
    assert encrypted.stat().st_mode & 0o777 == 0o600


def test_a_plain_backup_that_was_signed_with_the_passphrase_is_restored_too(
    settings: Settings, encrypted: Path, tmp_path: Path
) -> None:
    """The earlier release wrote such ones."""
    plain = decrypted_as_by_age(encrypted, tmp_path / "plain.tar")
    with pytest.raises(UsageError, match="is signed with a passphrase, and SHIPLEDGER_BACKUP_PASSPHRASE is not"):
        restore_backup(settings, plain)
    with pytest.raises(UsageError, match="was changed after it was made, or has another passphrase"):
        restore_backup(with_passphrase(settings.home, "another passphrase"), plain)
    elsewhere = with_passphrase(tmp_path / "new-machine")
    restore_backup(elsewhere, plain)
    assert [entry.quantity for entry in recent_entries(elsewhere)] == [576]


def flipped(content: bytes, position: int) -> bytes:
    return content[:position] + bytes([content[position] ^ 1]) + content[position + 1 :]


@pytest.mark.parametrize(
    ("part", "change", "sentence"),
    [
        ("backup.tar.age", lambda content: flipped(content, len(content) // 2), "incomplete or was changed"),
        pytest.param(
            "backup.tar.age",
            lambda content: content[:-70_000],
            "incomplete or was changed",
            marks=pytest.mark.long,
        ),
        pytest.param(
            "backup.tar.age", lambda _: b"rubbish", "was changed after it was made", marks=pytest.mark.long
        ),
        ("backup.tar.age", lambda content: flipped(content, 30), "was changed after it was made"),
        ("key.age", lambda content: flipped(content, -10 % len(content)), ANOTHER),
        pytest.param("key.age", lambda _: b"rubbish", ANOTHER, marks=pytest.mark.long),
        ("key.age", lambda _: passphrases.encrypt(b"rubbish", PASSPHRASE), ANOTHER),
        ("key.age", lambda content: content + bytes(5000), "its key.age is not a file, or too large"),
    ],
    ids=["a byte", "cut", "no age file", "its header", "key", "no key file", "not a key", "large key"],
)
def test_a_changed_one_is_refused(
    settings: Settings, encrypted: Path, tmp_path: Path, part: str, change: Callable[[bytes], bytes], sentence: str
) -> None:
    members = members_of(encrypted)
    changed = write_members(tmp_path / "changed.tar", *(members | {part: change(members[part])}).items())
    check_refused(with_passphrase(settings.home), changed, sentence)


def for_a_faster_machine(key: bytes) -> bytes:
    """The same with a cost of which age says that decryption takes days."""
    stanza = key.split(b"\n")[1]
    return key.replace(stanza, stanza.rpartition(b" ")[0] + b" 40", 1)


def test_a_machine_that_is_too_slow_is_not_taken_for_another_passphrase(
    settings: Settings, encrypted: Path, tmp_path: Path
) -> None:
    members = members_of(encrypted)
    changed = members | {"key.age": for_a_faster_machine(members["key.age"])}
    slow = write_members(tmp_path / "slow.tar", *changed.items())
    check_refused(with_passphrase(settings.home), slow, "much faster than this one is now")


def test_a_machine_that_is_busy_for_a_moment_decrypts_it(
    settings: Settings, encrypted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """age measures the machine before each decryption: one measurement that goes well is enough."""
    decrypt, before = passphrases.decrypt, count()

    def decrypt_when_idle(content: bytes, passphrase: str) -> bytes:
        return decrypt(for_a_faster_machine(content) if next(before) < 3 else content, passphrase)

    monkeypatch.setattr("workflows.backup.encryption.passphrases.decrypt", decrypt_when_idle)
    restore_backup(with_passphrase(settings.home), encrypted)
    assert next(before) == 4


@pytest.mark.long
def test_one_without_its_content_is_refused(settings: Settings, encrypted: Path, tmp_path: Path) -> None:
    for more in ([], [("other", b"")], [(tarfile.TarInfo("backup.tar.age"), b"")]):
        cut = write_members(tmp_path / "cut.tar", ("key.age", members_of(encrypted)["key.age"]), *more)
        check_refused(with_passphrase(settings.home), cut, "backup.tar.age|was changed after it was made")


@pytest.mark.parametrize("removed_by", ["the next worker", "the next restore"])
def test_what_a_killed_restore_had_decrypted_is_removed(tmp_path: Path, encrypted: Path, removed_by: str) -> None:
    settings = with_passphrase(tmp_path / "home")
    left = settings.home / "scratch" / "backup-decrypted"
    left.mkdir(parents=True)
    (left / "backup.tar").write_bytes(b"personal data")
    if removed_by == "the next worker":
        remove_leftovers(settings)
    else:
        restore_backup(settings, encrypted)
    assert not left.exists()


@pytest.mark.long
@pytest.mark.parametrize("is_encrypted", [True, False])
def test_a_disk_without_room_to_unpack_it_is_not_taken_for_a_bad_backup(
    settings: Settings, encrypted: Path, tmp_path: Path, is_encrypted: bool
) -> None:
    backup = encrypted if is_encrypted else decrypted_as_by_age(encrypted, tmp_path / "plain.tar")
    before = files_in(settings.home)
    with limited(resource.RLIMIT_FSIZE, 4096), pytest.raises(ShipledgerError, match="Make room") as refused:
        restore_backup(with_passphrase(settings.home), backup)
    assert refused.value.exit_code == FAILED
    assert files_in(settings.home) == before
    restore_backup(with_passphrase(settings.home), backup)


@pytest.mark.parametrize("cheap", [3, 1000])
def test_a_key_that_a_busy_machine_would_make_cheap_to_guess_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cheap: int
) -> None:
    made: list[bytes] = []

    def busy(plain: bytes, passphrase: str) -> bytes:
        made.append(b"age-encryption.org/v1\n-> scrypt c2FsdA 9\nbody\n")
        return made[-1] if len(made) <= cheap else passphrases.encrypt(plain, passphrase)

    monkeypatch.setattr(encryption, "passphrases", SimpleNamespace(encrypt=busy))
    (tmp_path / "backup.tar").write_bytes(b"all of it")
    with (tmp_path / "encrypted.tar").open("wb") as target:
        if cheap == 1000:
            with pytest.raises(ShipledgerError, match="too busy to encrypt"):
                encrypt(PASSPHRASE, tmp_path / "backup.tar", target)
            assert (tmp_path / "backup.tar").exists()
            return
        encrypt(PASSPHRASE, tmp_path / "backup.tar", target)
    plain = decrypted_as_by_age(tmp_path / "encrypted.tar", tmp_path / "plain.tar")
    assert (plain.read_bytes(), len(made)) == (b"all of it", 4)
