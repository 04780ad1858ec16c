"""The id of a home, which tells it from others in what several homes share."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from workflows.errors import HomeUnusable

_FILE = "home.id"
_BYTES = 8


def has_home_id(home: Path) -> bool:
    """Return whether the home has an id already; nothing is made."""
    return (home / _FILE).exists()


def home_id(home: Path) -> str:
    """Return a home's id, hexadecimal; it is made when first asked for, and is in no backup.

    Raises:
        HomeUnusable: The file with it cannot be read or made.
    """
    file = home / _FILE
    try:
        if not file.exists():
            _make(file)
        found = file.read_text(encoding="ascii").strip()
    except (OSError, ValueError) as problem:
        raise HomeUnusable(f"{file} cannot be used ({problem}). Correct that, and try again.") from problem
    if len(found) != 2 * _BYTES or not set(found) <= set("0123456789abcdef"):
        raise HomeUnusable(
            f"{file} does not hold the id of this home. Put the file back. If it is lost, delete it: the history "
            "of runs then starts again."
        )
    return found


def _make(file: Path) -> None:
    """Make the file, complete from its first moment; of two processes that do, one wins."""
    part = file.with_name(f".{_FILE}-{secrets.token_hex(4)}")
    try:
        part.touch(mode=0o600)
        part.write_text(f"{secrets.token_hex(_BYTES)}\n", encoding="ascii")
        os.link(part, file)
    except FileExistsError:
        pass
    finally:
        part.unlink(missing_ok=True)
