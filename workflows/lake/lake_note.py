"""The file in which a home keeps what it last published to the lake, or why it could not."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

_FILE = "lake.json"


@dataclass(frozen=True)
class LakeNote:
    """The last attempt to publish to the lake, or to copy from it.

    Attributes:
        house: The house.
        snapshot: The snapshot that is in the lake, or that was copied from it; None before the first one.
        at: When (UTC) the lake was last in reach.
        problem: Why the last attempt failed, None when it did not.
        on_page: The same for the page.
    """

    house: str
    snapshot: str | None
    at: datetime | None
    problem: str | None = None
    on_page: str = ""


def read_lake_note(home: Path) -> LakeNote | None:
    """Read the file, None when there is none or it cannot be read."""
    try:
        found = json.loads((home / _FILE).read_text(encoding="utf-8"))
        at = datetime.fromisoformat(found["at"]).astimezone(UTC) if found["at"] else None
        return LakeNote(**(found | {"at": at}))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        # Cut short by a power failure, or of another release: the next attempt writes it again.
        return None


def write_lake_note(home: Path, note: LakeNote) -> None:
    """Replace the file."""
    aside = home / f"{_FILE}.new"
    aside.write_text(json.dumps(asdict(note), default=datetime.isoformat), encoding="utf-8")
    aside.replace(home / _FILE)
