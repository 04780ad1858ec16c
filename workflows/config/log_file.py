"""The worker's log: a file in the home, turned over so that it never fills the disk."""

from __future__ import annotations

import logging
import re
from contextlib import suppress
from datetime import datetime
from logging.handlers import RotatingFileHandler
from zoneinfo import ZoneInfo

from workflows.config.settings import Settings

_BYTES = 2_000_000
_KEPT = 5
# An earlier release wrote the machine's time, without its distance from UTC.
_ERROR = re.compile(r"^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\S*) (ERROR|CRITICAL) \S+ (.*)$", re.MULTILINE)
_PACKAGES = ("ingest", "workflows")


def log_to_home(settings: Settings) -> None:
    """Write what our own packages have to say to `logs/shipledger.log` as well; once for each process."""
    loggers = [logging.getLogger(name) for name in _PACKAGES]
    if any(isinstance(handler, RotatingFileHandler) for logger in loggers for handler in logger.handlers):
        return
    # One for all packages: of two, each would turn the file over while the other writes on in what was the file.
    path = settings.home / "logs" / "shipledger.log"
    handler = RotatingFileHandler(path, maxBytes=_BYTES, backupCount=_KEPT, delay=True)
    handler.setFormatter(_BusinessTime(settings.timezone))
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)


def errors_since(settings: Settings, since: datetime) -> list[tuple[datetime, str]]:
    """The errors that the log has since an instant, the oldest first: when each was said, and its first line."""
    found = set()
    for file in (settings.home / "logs").glob("shipledger.log*"):
        # The worker may turn the files over meanwhile: one is gone, or comes twice.
        with suppress(FileNotFoundError):
            if file.stat().st_mtime >= since.timestamp():
                found.update(_ERROR.findall(file.read_text(encoding="utf-8", errors="replace")))
    instants = {(datetime.fromisoformat(at).astimezone(), words) for at, _level, words in found}
    return sorted((at, words) for at, words in instants if at >= since)


class _BusinessTime(logging.Formatter):
    """Lines that begin with the business's time and its distance from UTC: `2026-11-20 14:03:05-06:00`."""

    def __init__(self, zone: ZoneInfo) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")
        self._zone = zone

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802
        """When a line was said; written in one way only."""
        del datefmt
        return datetime.fromtimestamp(record.created, self._zone).isoformat(sep=" ", timespec="seconds")
