"""The lines of the log: text for a person, or one JSON object a line for a log collector."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import TextIO

# Back to the first column, and delete to the end of the line.
_CLEAR_LINE = "\r\x1b[K"


class JsonLines(logging.Formatter):
    """Formats a record as one JSON object on one line: `time` (UTC), `level`, `logger`, `message`, `exception`."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; `exception` has the traceback and is left out where there is none."""
        facts = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage().strip(),
        }
        if record.exc_info:
            facts["exception"] = self.formatException(record.exc_info)
        return json.dumps(facts)


class ConsoleHandler(logging.StreamHandler[TextIO]):
    """Writes to standard error. On a terminal it first clears the line, on which a job's progress may stand."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line = super().format(record)
        return f"{_CLEAR_LINE}{line}" if self.stream.isatty() else line


def log_to_console(log_format: str) -> None:
    """Log to standard error: warnings and errors; as JSON also what our own packages report.

    Args:
        log_format: `text` or `json`.
    """
    is_json = log_format == "json"
    handler = ConsoleHandler(sys.stderr)
    text = logging.Formatter("%(asctime)s %(levelname)s %(message)s")
    handler.setFormatter(JsonLines() if is_json else text)
    # The handler's own level: our packages log more, into the home.
    handler.setLevel(logging.INFO if is_json else logging.WARNING)
    logging.basicConfig(handlers=[handler], level=logging.WARNING)
    logging.captureWarnings(is_json)


def message_line(message: str, level: int = logging.INFO) -> str:
    """Return a message for a person on standard error: as it is, or as a line of the log where that is JSON."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler.formatter, JsonLines):
            return handler.format(logging.LogRecord("shipledger", level, "", 0, message, None, None))
    return message
