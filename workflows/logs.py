"""The worker's log: a file in the home, turned over so that it never fills the disk."""

from __future__ import annotations

import logging
from logging.handlers import RotatingFileHandler

from workflows.settings import Settings

_BYTES = 2_000_000
_KEPT = 5
_PACKAGES = ("ingest", "workflows")


def log_to_home(settings: Settings) -> None:
    """Write what our own packages have to say to `logs/shipledger.log` as well; once for each process."""
    loggers = [logging.getLogger(name) for name in _PACKAGES]
    if any(isinstance(handler, RotatingFileHandler) for logger in loggers for handler in logger.handlers):
        return
    # One for all packages: of two, each would turn the file over while the other writes on in what was the file.
    path = settings.home / "logs" / "shipledger.log"
    handler = RotatingFileHandler(path, maxBytes=_BYTES, backupCount=_KEPT, delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
