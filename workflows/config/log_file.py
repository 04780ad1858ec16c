"""The worker's log: a rotating file in the home."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from logging.handlers import RotatingFileHandler
from zoneinfo import ZoneInfo

from workflows.config.log_lines import JsonLines
from workflows.config.settings import Settings

_BYTES = 2_000_000
_KEPT = 5
# An earlier release wrote the machine's local time, without the UTC offset.
_ERROR = re.compile(r"^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\S*) (ERROR|CRITICAL) \S+ (.*)$", re.MULTILINE)
_JSON_ERROR = re.compile(r'^\{"time": "[^"]*", "level": "(?:ERROR|CRITICAL)", .*$', re.MULTILINE)
_PACKAGES = ("ingest", "workflows")


def log_to_home(settings: Settings) -> None:
    """Write our own packages' log messages to `logs/shipledger.log` as well; once for each process."""
    loggers = [logging.getLogger(name) for name in _PACKAGES]
    if any(isinstance(handler, RotatingFileHandler) for logger in loggers for handler in logger.handlers):
        return
    # One handler for all packages: of two, each would rotate the file while the other still writes to it.
    path = settings.home / "logs" / "shipledger.log"
    handler = _HomeLog(path, maxBytes=_BYTES, backupCount=_KEPT, delay=True)
    is_json = settings.log_format == "json"
    handler.setFormatter(JsonLines() if is_json else _BusinessTime(settings.timezone))
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)


def errors_since(settings: Settings, since: datetime) -> list[tuple[datetime, str]]:
    """Return the errors in the log since an instant, oldest first: when each was logged, and its first line."""
    found: set[tuple[str, str]] = set()
    for file in (settings.home / "logs").glob("shipledger.log*"):
        # The worker may rotate the files meanwhile: one is gone, or is read twice.
        with suppress(FileNotFoundError):
            if file.stat().st_mtime >= since.timestamp():
                found.update(_errors_of(file.read_text(encoding="utf-8", errors="replace")))
    instants = {(datetime.fromisoformat(at).astimezone(), words) for at, words in found}
    return sorted((at, words) for at, words in instants if at >= since)


def _errors_of(text: str) -> Iterator[tuple[str, str]]:
    """Yield the time and first line of each error in a log, which may change its format from line to line."""
    for at, _level, words in _ERROR.findall(text):
        yield at, words
    for line in _JSON_ERROR.findall(text):
        # A line may have been cut off by a full disk.
        with suppress(ValueError):
            facts = json.loads(line)
            yield facts["time"], facts["message"].partition("\n")[0]


class _HomeLog(RotatingFileHandler):
    """Leaves out what a full disk has no room for: the message is on standard error, and the work goes on."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        """Print no traceback when a record cannot be written."""
        del record


class _BusinessTime(logging.Formatter):
    """Begins lines with the business's time and its UTC offset: `2026-11-20 14:03:05-06:00`."""

    def __init__(self, zone: ZoneInfo) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")
        self._zone = zone

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802
        """Return the time of a record; `datefmt` is ignored."""
        del datefmt
        return datetime.fromtimestamp(record.created, self._zone).isoformat(sep=" ", timespec="seconds")
