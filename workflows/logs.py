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
    path = settings.home / "logs" / "shipledger.log"
    for name in _PACKAGES:
        logger = logging.getLogger(name)
        if any(isinstance(handler, RotatingFileHandler) for handler in logger.handlers):
            continue
        handler = RotatingFileHandler(path, maxBytes=_BYTES, backupCount=_KEPT, delay=True)
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
