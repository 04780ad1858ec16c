"""Messages of the command line, worded for who reads them on the page: what can be done there, or by an admin."""

from __future__ import annotations

import re
from functools import partial

from workflows.page_api import Dates

_PHRASES = (
    ("Set SHIPSTATION_API_KEY and SHIPSTATION_API_SECRET", "Set the API key and secret in the configuration"),
    (
        ": SHIPLEDGER_SMTP_URL is not set. Set it, with the sender and recipients, or SHIPLEDGER_WEBHOOK_URL[.]",
        ": neither a mail server nor a webhook is configured.",
    ),
    (" `--incomplete` closes it [^;]*; then every page says so[.]", ""),
    ("run `backfill --since` or `sync`", "ask an admin to load the orders"),
    ("run `backfill --since` for the time before", "ask an admin to load the time before"),
    ("run `backfill --since` its date", "ask an admin to load the days since its date"),
    ("load its days with `backfill --since` its date", "ask an admin to load its days"),
    ("run `?backfill --since ([0-9-]+) --until ([0-9-]+)`?", r"ask an admin to load the changes of \1 to \2"),
    ("run `?backfill --since ([0-9-]+)`?", r"ask an admin to load the changes since \1"),
    (" To publish without them, run `sync --accept-loss`[.]", ""),
    ("`[a-z]+ --date [0-9-]+ --force` makes", "Close again makes"),
    ("run `reconcile --repair` over its day", "ask an admin to reconcile its day"),
    ("run `backfill --since` over the time before", "ask an admin to load the time before"),
    ("run `backfill` to load", "ask an admin to load"),
    (
        "run `reconcile --since` (a date|its date) with `--repair`",
        "ask an admin to reconcile and repair the orders",
    ),
    ("The first (that can be closed|month with any): `[a-z]+ --date ([0-9-]+)`", r"The first \1 is that of \2"),
    ("that can be closed today, ([0-9-]+): `[a-z]+ --date ([0-9-]+)`", r"that can be closed today is that of \2"),
    (
        "Close the period itself: `[a-z]+ --date` with one of its days",
        "Close the period itself, under Another day",
    ),
    ("`sync` brings what is new", "The next sync loads what is new"),
    ("run `sync`", "press Sync now in Runs and health"),
    ("run `upload` again", "send it again"),
    ("with `receive`", "as a receipt in Inventory"),
    ("with `adjust`", "as an adjustment in Inventory"),
    ("is `serve` running", "is the worker running"),
    ("run the same command again, which finishes it", "ask an admin to finish it"),
    (", or run `parity`", ""),
    ("use `mail --retry [^`]*`", "send it again"),
    ("(`mail` says why|run `health` for the details|see `status`|`status` names the runs)", "see Runs and health"),
    (" unless SHIPLEDGER_[A-Z_]+ says otherwise", " unless configured otherwise"),
    ("if SHIPLEDGER_[A-Z_]+ is 1", "if the configuration allows it"),
    (" [(]SHIPLEDGER_[A-Z_]+[)]", ""),
    ("`([^`]*)`", r"\1"),
)
_PATTERNS = tuple((re.compile(pattern, re.IGNORECASE), words) for pattern, words in _PHRASES)


def page_wording(text: str, dates: Dates) -> str:
    """Return a message without commands, options and names of variables, with its days as the page has them."""
    for pattern, words in _PATTERNS:
        text = pattern.sub(partial(_cased, words), text)
    return dates.in_sentence(text)


def _cased(words: str, found: re.Match[str]) -> str:
    """Return the replacement with a capital where the phrase had one."""
    written = found.expand(words)
    return written[:1].upper() + written[1:] if found[0][:1].isupper() else written
