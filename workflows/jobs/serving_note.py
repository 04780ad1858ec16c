"""The file that `serve` writes in a home: its process, where its page is, and when it was stopped."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from workflows.config.setting_types import LOOPBACK
from workflows.config.worker_lock import worker_is_running, worker_pid

_NOTE_FILE = "serving.json"


@dataclass(frozen=True)
class ServingNote:
    """The last `serve` of a home. Instants are UTC.

    Attributes:
        address: The IP address that its page listens on.
        port: The page's port; 0 for any.
        stopped_at: When it was stopped on purpose; None while it should run.
    """

    pid: int
    address: str
    port: int
    started_at: datetime
    stopped_at: datetime | None = None

    def is_running(self, home: Path) -> bool:
        """Return whether this very `serve` is the worker now; a command may be the worker instead."""
        return self.stopped_at is None and worker_is_running(home) and worker_pid(home) == self.pid


def note_started(home: Path, address: str, port: int) -> None:
    """Record that this process serves from now on."""
    _write(home, ServingNote(os.getpid(), address, port, datetime.now(UTC)))


def note_stopped(home: Path) -> None:
    """Record that it was stopped on purpose."""
    note = read_serving_note(home)
    if note is not None:
        _write(home, replace(note, stopped_at=datetime.now(UTC)))


def read_serving_note(home: Path) -> ServingNote | None:
    """Read the file, None when there is none or it cannot be read."""
    try:
        found = json.loads((home / _NOTE_FILE).read_text(encoding="utf-8"))
        instants = {name: _instant(found[name]) for name in ("started_at", "stopped_at")}
        return ServingNote(**(found | instants))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        # Cut short by a power failure, or of another release: the next `serve` writes it again.
        return None


def reachable(address: str) -> str:
    """Return the address at which this machine reaches a page that may listen on every network."""
    return LOOPBACK if ip_address(address).is_unspecified else address


def _write(home: Path, note: ServingNote) -> None:
    text = json.dumps(asdict(note), default=datetime.isoformat)
    aside = home / f"{_NOTE_FILE}.new"
    aside.write_text(text, encoding="utf-8")
    aside.replace(home / _NOTE_FILE)


def _instant(text: Any) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text else None
