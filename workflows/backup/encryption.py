"""Encrypted backups, in the format of age (https://age-encryption.org), whose own tool decrypts them as well.

An encrypted backup is a tar archive of two age files: `key.age`, a key made for this backup and encrypted with the
passphrase, and `backup.tar.age`, the backup, encrypted with that key. A passphrase alone would do, but the library
then encrypts in memory only.
"""

from __future__ import annotations

import re
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO

import pyrage
from pyrage import passphrase as passphrases
from pyrage import x25519

from workflows.backup.manifest import NotABackup
from workflows.config.settings import Settings
from workflows.errors import ShipledgerError

KEY, CONTENT = "key.age", "backup.tar.age"
_LONGEST_KEY = 4096
# How often age may measure the machine, which takes it milliseconds.
_MEASUREMENTS = 100
_EXCESSIVE = "Excessive work"
# The least cost of a guess, as a power of two: a tenth of a second and 64 MiB.
_LEAST_COST = 16
_COST = re.compile(rb"^-> scrypt \S+ (\d+)$", re.MULTILINE)


class CannotDecrypt(Exception):
    """A backup cannot be decrypted, mostly for another passphrase; the message completes "the backup …"."""


def encrypt(passphrase: str, backup: Path, target: BinaryIO) -> None:
    """Write an encrypted backup, and remove the plain one.

    Args:
        passphrase: Whoever has it can decrypt the backup.
        backup: The plain backup. The encrypted files are made beside it.
        target: The file to write.

    Raises:
        ShipledgerError: The machine was too busy for a good encryption.
    """
    key = x25519.Identity.generate()
    key_file, content = backup.with_name(KEY), backup.with_name(CONTENT)
    key_file.write_bytes(_encrypted_key(passphrase, key))
    with backup.open("rb") as plain, content.open("wb") as encrypted:
        pyrage.encrypt_io(plain, encrypted, [key.to_public()])
    backup.unlink()
    with tarfile.open(fileobj=target, mode="w") as archive:
        for file in (key_file, content):
            archive.add(file, file.name)


def _encrypted_key(passphrase: str, key: x25519.Identity) -> bytes:
    """Return a key encrypted at no less than our least cost.

    age measures the machine to choose what a guess of the passphrase costs, and a busy one seems slow.
    """
    for _ in range(_MEASUREMENTS):
        encrypted = bytes(passphrases.encrypt(f"{key}\n".encode(), passphrase))
        cost = _COST.search(encrypted)
        if cost is not None and int(cost[1]) >= _LEAST_COST:
            return encrypted
    raise ShipledgerError("The machine is too busy to encrypt a backup safely. Repeat it when it is less busy.")


@contextmanager
def decrypted(settings: Settings, backup: Path, scratch: Path) -> Iterator[Path]:
    """Yield a plain backup: the given one, or a decrypted copy that exists while the block lasts.

    Args:
        settings: Has the passphrase.
        backup: A tar archive.
        scratch: A new folder for the copy.

    Raises:
        CannotDecrypt: The passphrase is missing or another one, it was changed, or decrypting takes too long.
        NotABackup: An encrypted backup lacks a part.
    """
    with tarfile.open(backup, "r:") as archive:
        first = archive.next()
        if first is None or first.name != KEY:
            yield backup
            return
        key = _key(settings, archive, first)
        member = archive.next()
        encrypted = archive.extractfile(member) if member and member.isreg() and member.name == CONTENT else None
        if encrypted is None:
            raise NotABackup(f"it has no {CONTENT}")
        plain = scratch / "backup.tar"
        try:
            scratch.mkdir(mode=0o700, parents=True)
            plain.touch(mode=0o600)
            with encrypted, plain.open("wb") as target:
                _decrypt(key, encrypted, target)
            yield plain
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


def _key(settings: Settings, archive: tarfile.TarFile, member: tarfile.TarInfo) -> x25519.Identity:
    if settings.backup_passphrase is None:
        raise CannotDecrypt("is encrypted, and SHIPLEDGER_BACKUP_PASSPHRASE is not set")
    content = archive.extractfile(member) if member.isreg() and member.size <= _LONGEST_KEY else None
    if content is None:
        raise NotABackup(f"its {KEY} is not a file, or too large")
    try:
        key = _decrypt_key(content.read(), settings.backup_passphrase)
        return x25519.Identity.from_str(key.decode("ascii").strip())
    except (pyrage.DecryptError, pyrage.IdentityError, UnicodeDecodeError) as problem:
        raise CannotDecrypt("has another passphrase, or was changed after it was made") from problem


def _decrypt_key(encrypted: bytes, passphrase: str) -> bytes:
    """Return the content of a `key.age`.

    age refuses what would take the machine more than some 16 seconds, by one measurement of a few milliseconds. On
    a busy machine, that refuses what it has just encrypted.
    """
    for _ in range(_MEASUREMENTS):
        try:
            content: bytes = passphrases.decrypt(encrypted, passphrase)
            return content
        except pyrage.DecryptError as problem:
            if _EXCESSIVE not in str(problem):
                raise
    raise CannotDecrypt(
        "was encrypted on a machine that is much faster than this one is now. Try again when it is less busy, or "
        "decrypt it with age's own tool"
    )


def _decrypt(key: x25519.Identity, encrypted: IO[bytes], target: IO[bytes]) -> None:
    try:
        pyrage.decrypt_io(encrypted, target, [key])
    except pyrage.DecryptError as problem:
        raise CannotDecrypt("was changed after it was made") from problem
    except OSError as problem:
        # What age says of a changed chunk, which has no number; the errors of the disk have one.
        if problem.errno is not None:
            raise
        raise CannotDecrypt("is incomplete or was changed after it was made") from problem
