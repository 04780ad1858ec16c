"""Backups that are not as we write them: of an earlier release, changed, or made to do harm."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path
from typing import Any

from workflows.backup.reading import hash_of, rows_by_database


def unpacked(backup: Path, folder: Path) -> Path:
    """The files of a backup, without its manifest and signature."""
    with tarfile.open(backup) as archive:
        for member in archive:
            if not member.name.startswith("manifest."):
                archive.extract(member, folder)
    return folder


def write_unsigned(folder: Path, backup: Path) -> Path:
    """A backup of format 1, as earlier releases wrote it: the manifest among the files, the link a member."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink()]
    facts = {
        str(path.relative_to(folder)): {"bytes": path.stat().st_size, "sha256": hash_of(path)} for path in files
    }
    manifest = {"made_at": "2025-10-01T04:15:00+00:00", "files": facts, "counts": rows_by_database(folder)}
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1))
    with tarfile.open(backup, "w") as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_symlink() or path.is_file():
                archive.add(path, str(path.relative_to(folder)))
    return backup


def write_members(backup: Path, *members: tuple[str | tarfile.TarInfo, bytes]) -> Path:
    """An archive of these members, a name standing for a regular file."""
    with tarfile.open(backup, "w") as archive:
        for given, content in members:
            member = tarfile.TarInfo(given) if isinstance(given, str) else given
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return backup


def members_of(backup: Path) -> dict[str, bytes]:
    """The content of each file of an archive, in its order."""
    with tarfile.open(backup) as archive:
        return {member.name: archive.extractfile(member).read() for member in archive if member.isreg()}  # type: ignore[union-attr]


def changed(backup: Path, target: Path, **changes: Any) -> Path:
    """A backup with other values in its manifest, and the old signature."""
    members = members_of(backup)
    members["manifest.json"] = json.dumps(json.loads(members["manifest.json"]) | changes).encode()
    return write_members(target, *members.items())
