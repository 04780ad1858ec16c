"""Reading a backup: its signature first, then its files, each checked against the manifest before it is used."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import duckdb

from workflows.backup.encryption import CannotDecrypt, decrypted
from workflows.backup.leftovers import decryption_folder
from workflows.backup.manifest import (
    MANIFEST,
    PUBLISHED,
    SIGNATURE,
    WORKFLOW_STORE,
    Counts,
    Manifest,
    NotABackup,
    read_manifest,
)
from workflows.backup.signing import NotTrusted, check_signature
from workflows.backup.stored_code import NO_FILES, quoted
from workflows.config.settings import Settings
from workflows.config.snapshots import CURRENT
from workflows.errors import ShipledgerError, UsageError

_LONGEST_MANIFEST = 64 * 1024 * 1024
_LINK = f"{PUBLISHED}/{CURRENT}"


def unpack(settings: Settings, file: Path, folder: Path, *, trust: bool) -> Manifest:
    """Unpack a backup and check it against its manifest, by hash and by opening the databases.

    Nothing is written unless the signature is right and the manifest describes a home; but what is encrypted is
    decrypted first.

    Args:
        settings: Has the keys and the passphrase.
        file: The backup.
        folder: A new folder for its content.
        trust: Unpack it whatever its signature and format.

    Returns:
        The manifest.

    Raises:
        UsageError: It is not a backup, or not a trusted one.
        ShipledgerError: It is damaged.
        OSError: It could not be unpacked: the disk is full.
    """
    with (
        _refused(file),
        decrypted(settings, file, decryption_folder(settings)) as plain,
        tarfile.open(plain, "r:") as archive,
    ):
        content, signature = _read_manifest_members(archive)
        manifest = read_manifest(content)
        if not trust:
            check_signature(settings, content, manifest, signature)
        folder.mkdir(mode=0o700, parents=True)
        is_whole = _extract(archive, manifest, folder)
    if not is_whole or not _has_its_rows(folder, manifest):
        raise ShipledgerError(f"The backup {file} is damaged: it does not match its manifest. Use another one.")
    return manifest


@contextmanager
def _refused(file: Path) -> Iterator[None]:
    """Turn what is wrong with a backup into a sentence."""
    try:
        yield
    except CannotDecrypt as problem:
        raise UsageError(f"The backup {file} {problem}. Nothing was changed.") from problem
    except NotTrusted as problem:
        raise UsageError(
            f"The backup {file} {problem}. Nothing was changed. If you know where it comes from and that nobody "
            "could change it, use --trust."
        ) from problem
    except (NotABackup, OSError, tarfile.TarError) as problem:
        if isinstance(problem, OSError) and str(problem.filename) != str(file):
            raise
        raise UsageError(f"{file} is not a backup of Shipledger that can be read ({problem}).") from problem


def _read_manifest_members(archive: tarfile.TarFile) -> tuple[bytes, str]:
    """Return the manifest's bytes and its signature, which come first. Format 1 has the manifest anywhere."""
    first = archive.next()
    if first is None:
        raise NotABackup("it is empty")
    if first.name != MANIFEST:
        return _small_member(archive, _member_named(archive, MANIFEST)), ""
    content, second = _small_member(archive, first), archive.next()
    if second is None or second.name != SIGNATURE:
        return content, ""
    return content, _small_member(archive, second).decode("ascii", "replace")


def _member_named(archive: tarfile.TarFile, name: str) -> tarfile.TarInfo:
    try:
        return archive.getmember(name)
    except KeyError:
        raise NotABackup(f"it has no {name}") from None


def _small_member(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    content = archive.extractfile(member) if member.isreg() and member.size <= _LONGEST_MANIFEST else None
    if content is None:
        raise NotABackup(f"its {member.name} is not a file, or too large")
    return content.read()


def _extract(archive: tarfile.TarFile, manifest: Manifest, folder: Path) -> bool:
    """Extract the files that the manifest names, and nothing else. Return whether all are as it describes them.

    The workflow store of format 1 stays in the archive.
    """
    left = dict(manifest.files)
    current = manifest.current
    for member in archive:
        if member.name in (MANIFEST, SIGNATURE, WORKFLOW_STORE):
            continue
        if member.issym() and member.name == _LINK and f"{PUBLISHED}/{member.linkname}" in manifest.files:
            current = member.linkname
            continue
        facts = left.pop(member.name, None)
        if facts is None or not member.isreg():
            raise NotABackup(f"it contains {member.name}, which no backup does")
        path = folder / member.name
        _extract_file(archive, member, path)
        if (path.stat().st_size, hash_of(path)) != (facts.bytes, facts.sha256):
            return False
    if current is not None:
        (folder / _LINK).symlink_to(current)
    return not left


def _extract_file(archive: tarfile.TarFile, member: tarfile.TarInfo, path: Path) -> None:
    """Write a file for its owner alone. A snapshot is read-only, and its folder is for others to read."""
    is_published = member.name.startswith(f"{PUBLISHED}/")
    path.parent.mkdir(mode=0o755 if is_published else 0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600, exist_ok=False)
    content = archive.extractfile(member)
    assert content is not None, "a regular file has content"
    with content, path.open("wb") as file:
        shutil.copyfileobj(content, file)
    if is_published:
        path.chmod(0o444)


def _has_its_rows(folder: Path, manifest: Manifest) -> bool:
    try:
        return rows_by_database(folder) == manifest.counts
    except (duckdb.Error, sqlite3.Error):
        return False


def rows_by_database(folder: Path) -> dict[str, Counts]:
    """Count the rows of each table of the databases in an unpacked backup.

    Raises:
        duckdb.Error: A database is damaged.
        sqlite3.Error: A database is damaged.
    """
    found = {path.name: _duckdb_rows(path) for path in sorted(folder.rglob("*.duckdb")) if not path.is_symlink()}
    return found | {path.name: _sqlite_rows(path) for path in sorted(folder.glob("*.sqlite"))}


def _duckdb_rows(path: Path) -> Counts:
    with duckdb.connect(str(path), read_only=True, config=NO_FILES) as connection:
        names = connection.execute(
            "select schema_name, table_name from duckdb_tables() where not internal order by all"
        ).fetchall()
        tables = {f"{schema}.{table}": f"{quoted(schema)}.{quoted(table)}" for schema, table in names}
        return {
            name: _count(connection.execute(f"select count(*) from {table}")) for name, table in tables.items()
        }


def _sqlite_rows(path: Path) -> Counts:
    with closing(sqlite3.connect(path)) as connection:
        if connection.execute("pragma integrity_check").fetchone()[0] != "ok":
            raise sqlite3.DatabaseError("a copied SQLite file is damaged")
        names = connection.execute("select name from sqlite_master where type = 'table' order by 1").fetchall()
        return {name: _count(connection.execute(f"select count(*) from {quoted(name)}")) for (name,) in names}


def _count(result: duckdb.DuckDBPyConnection | sqlite3.Cursor) -> int:
    [(count,)] = result.fetchall()
    return int(count)


def hash_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
