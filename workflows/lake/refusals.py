"""Why the lake could not be used, as errors for the user."""

from __future__ import annotations

import re

from workflows.config.lake_settings import Lake
from workflows.errors import Advice, ConfigurationError, OutOfReach, ShipledgerError

_EXTENSIONS = Advice(
    "Let this machine reach DuckDB's extension repository, or install requirements-lake.lock in a directory and "
    "name it in SHIPLEDGER_LAKE_LIBRARY.",
    "Ask an admin to install DuckDB's extensions.",
)
_HOUSE = Advice(
    "Choose another SHIPLEDGER_HOUSE. If this home takes the place of the one that published there, give it that "
    "one's home.id, or delete the house's row in shipledger.houses of the lake.",
    "Ask an admin to choose another name for this house.",
)
_VERSION = Advice(
    "Use the release that made it, or migrate the catalog and then every machine; docs/scale.md says how.",
    "Ask an admin to bring all machines to one release.",
)
_PLACE = Advice(
    "Set SHIPLEDGER_LAKE_DATA to where the lake's files are.", "Ask an admin to correct the place of its files."
)
_FILES = Advice(
    "Let this user read and write SHIPLEDGER_LAKE_DATA.", "Ask an admin to give this user access to its files."
)
_CATALOG = Advice(
    "Correct SHIPLEDGER_LAKE, or what its server lacks: the database must exist, and its user must be allowed to "
    "make tables in it, or on a machine that only reads to read them.",
    "Ask an admin to correct its address, or what its server lacks.",
)
_SERVER = Advice(
    "Start the server of SHIPLEDGER_LAKE, or wait until it can be reached.",
    "Ask an admin whether its server runs and can be reached.",
)
_OTHERWISE = Advice("See docs/scale.md.", "Ask an admin.")

# What DuckDB, PostgreSQL and S3 say, the first that fits.
_KINDS: tuple[tuple[str, type[ShipledgerError], str, Advice], ...] = (
    (
        "ExtensionMissing|required extension",
        ConfigurationError,
        "needs an extension of DuckDB that cannot be loaded",
        _EXTENSIONS,
    ),
    ("HouseRefused", ConfigurationError, "refuses the house {house}", _HOUSE),
    (
        "NothingPublished",
        ShipledgerError,
        "has nothing of the house {house}",
        Advice("Publish to it first, or correct SHIPLEDGER_HOUSE.", "Ask an admin to publish to it first."),
    ),
    (r"catalog version", ConfigurationError, "has a catalog of another version", _VERSION),
    (r"DATA_PATH parameter", ConfigurationError, "keeps its files elsewhere", _PLACE),
    (
        r"permission denied for|authentication failed|FATAL|invalid (connection|dsn)|missing \"=\"",
        ConfigurationError,
        "refuses the user or the address",
        _CATALOG,
    ),
    (
        r"FilesUnusable|[Pp]ermission denied|create directory|HTTP 40[0-9]|AccessDenied|Read-only file system"
        "|No space left",
        ShipledgerError,
        "cannot read or write its files",
        _FILES,
    ),
    (
        r"[Cc]onnect|server closed|timed? ?out|could not (translate|receive|send)"
        "|unsuccessful query result|no connection|terminat|SSL",
        OutOfReach,
        "does not answer",
        _SERVER,
    ),
)
_SERVER_SAYS = (
    r"(?:FATAL|ERROR):\s*([^\n]+)",
    r"(connection to server.+)",
    r"(could not (?:receive data from|send data to) server.+)",
)
_LATER = ("starting up", "shutting down", "recovery", "too many", "not yet accepting", "remaining connection")


def refusal(lake: Lake, problem: str, reason: str) -> ShipledgerError:
    """Return an error for the user.

    Args:
        lake: The lake.
        problem: The kind of the child's error.
        reason: Its text, without passwords.
    """
    said = _shortened(reason)
    if any(word in reason for word in _LATER):
        return OutOfReach(f"The lake does not answer ({said}).", advice=_SERVER)
    for pattern, kind, what, advice in _KINDS:
        if re.search(pattern, f"{problem}: {reason}"):
            return kind(f"The lake {what.format(house=lake.house)} ({said}).", advice=advice)
    return ShipledgerError(f"The lake could not be used ({said}).", advice=_OTHERWISE)


def _shortened(reason: str) -> str:
    """Return the part that says something: the server's own words, else the first line."""
    said = (re.search(pattern, reason) for pattern in _SERVER_SAYS)
    first = next(
        (found.group(1) for found in said if found), next(iter(reason.strip().splitlines()), "no reason given")
    )
    return re.sub(r"^(\w+ )?Error: ", "", first.strip()).rstrip(".")[:300]
