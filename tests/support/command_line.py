"""Running the command line as its user does: a process of its own, an environment, an exit code."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
from forked import Forked


@dataclass(frozen=True)
class Answer:
    """What a command said: exit code, the JSON object on standard output, and standard error."""

    code: int
    facts: dict[str, Any]
    errors: str


@dataclass(frozen=True)
class CommandLine:
    """A home and the sandbox it reads from."""

    home: Path
    url: str

    def environment(self, **changes: str) -> dict[str, str]:
        given = {
            "SHIPLEDGER_HOME": str(self.home),
            "SHIPSTATION_BASE_URL": self.url,
            "SHIPSTATION_API_KEY": "sandbox",
            "SHIPSTATION_API_SECRET": "sandbox",
            "SHIPLEDGER_RATE_LIMIT": "1000000",
            "SHIPLEDGER_RETRY_SECONDS": "1",
        }
        inherited = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
        return inherited | given | changes

    def start(self, *words: str, **changes: str) -> Forked:
        return Forked(words, self.environment(**changes))

    def run(self, *words: str, **changes: str) -> Answer:
        return answer_of(self.start(*words, "--json", **changes))

    def today(self) -> date:
        """The business's day."""
        return datetime.now(ZoneInfo("America/Chicago")).date()

    def published(self, sql: str) -> list[tuple[Any, ...]]:
        current = (self.home / "published" / "current.duckdb").resolve(strict=True)
        with duckdb.connect(str(current), read_only=True) as connection:
            return connection.execute(sql).fetchall()


def answer_of(process: Forked | subprocess.Popen[str]) -> Answer:
    """Wait for a command that was started with --json."""
    out, errors = process.communicate(timeout=300)
    assert out.count("\n") == 1, f"one JSON object on standard output, not: {out!r} ({errors})"
    return Answer(process.returncode, json.loads(out), errors)
