"""The manifest of a backup: its format, what it holds, and which key signs it."""

from __future__ import annotations

from datetime import datetime
from pathlib import PurePosixPath
from typing import Literal

import msgspec

from workflows.config.snapshots import CURRENT

# Raised when a release could not restore what another one wrote. 1, without the number in it, is unsigned.
FORMAT = 2
MANIFEST = "manifest.json"
SIGNATURE = "manifest.hmac"
DATABASES = ("warehouse.duckdb", "operations.sqlite")
PUBLISHED = "published"
FOLDERS = ("frozen", "reports", "migrations")
# DBOS reads pickles from it, which can run any code. Backups of format 1 have it; it is never restored.
WORKFLOW_STORE = "workflows.sqlite"

Counts = dict[str, int]


class NotABackup(Exception):
    """A file cannot be restored as a backup; the message says why."""


class FileFacts(msgspec.Struct):
    """The size of a file and the SHA-256 of its content."""

    bytes: int
    sha256: str


class Manifest(msgspec.Struct, kw_only=True):
    """The content of `manifest.json`.

    Attributes:
        files: By path within the home.
        counts: The rows of each database's tables.
        current: The snapshot that `published/current.duckdb` points to. Format 1 has the link in the archive.
        key: Which key signs it: the home's, or one derived from a passphrase and `salt`.
    """

    format: int = 1
    made_at: datetime
    files: dict[str, FileFacts]
    counts: dict[str, Counts]
    current: str | None = None
    key: Literal["home", "passphrase"] | None = None
    salt: str = ""


def read_manifest(content: bytes) -> Manifest:
    """Parse a manifest and check that it describes a home.

    Returns:
        The manifest, without the workflow store.

    Raises:
        NotABackup: It describes no home, or names a file that a restore must not write.
    """
    try:
        manifest = msgspec.json.decode(content, type=Manifest)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as problem:
        raise NotABackup(f"its {MANIFEST} cannot be read: {problem}") from problem
    manifest.files.pop(WORKFLOW_STORE, None)
    manifest.counts.pop(WORKFLOW_STORE, None)
    if not any(name in manifest.files for name in DATABASES):
        raise NotABackup(f"it contains neither {' nor '.join(DATABASES)}")
    for name in manifest.files:
        if not _is_ours(name):
            raise NotABackup(f"it contains {name}, which no backup does")
    if manifest.current is not None and f"{PUBLISHED}/{manifest.current}" not in manifest.files:
        raise NotABackup(f"it does not contain the snapshot {manifest.current}")
    return manifest


def _is_ours(name: str) -> bool:
    """Return whether a restore may write a file of this path: a database, or a file in a folder that it knows."""
    path = PurePosixPath(name)
    if "\0" in name or str(path) != name or ".." in path.parts:
        return False
    # "." has no parts.
    if len(path.parts) <= 1:
        return name in DATABASES
    is_snapshot = path.parent == PurePosixPath(PUBLISHED) and path.suffix == ".duckdb" and path.name != CURRENT
    return is_snapshot or path.parts[0] in FOLDERS
