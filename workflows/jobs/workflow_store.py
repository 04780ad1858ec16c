"""The workflow store, DBOS's database: a file in the home, or a schema of a PostgreSQL database.

Several homes can name the same PostgreSQL database. Each has its own schema there, named by the home's id, so that
no home sees, runs or blocks the jobs of another.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import event
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import DBAPIError

from ingest.hidden_passwords import without_passwords
from workflows.config.home_id import home_id
from workflows.config.settings import Settings
from workflows.config.sqlite_damage import error_of_system, is_damage
from workflows.errors import Advice, ConfigurationError, HomeUnusable, OutOfReach, ShipledgerError

_VARIABLE = "SHIPLEDGER_SYSTEM_DATABASE_URL"
_CONNECT_SECONDS = "10"
# A schema or a table does not exist.
_MISSING = ("42P01", "3F000")
# What a server says that refuses now and not for good.
_LATER = ("starting up", "shutting down", "recovery", "too many", "not yet accepting", "remaining connection")
# What a wrong URL leads to. Where no server answers, it says none of this.
_WRONG = ("FATAL", "SSL", "password", "authentication", "certificate")

_HAS_SUBSEC = (3, 42)

# We say what DBOS would log, and how to go on.
logging.getLogger("dbos").setLevel(logging.CRITICAL)


@event.listens_for(Engine, "connect")
def _add_subsec(connection: object, _record: object) -> None:
    """Define what DBOS calls from Python 3.12 on, and SQLite has from 3.42 on: `unixepoch('subsec')`.

    Python uses the system's SQLite, which is 3.40 in Debian 12.
    """
    if isinstance(connection, sqlite3.Connection) and sqlite3.sqlite_version_info < _HAS_SUBSEC:
        connection.create_function("unixepoch", 1, _seconds)


def _seconds(modifier: str) -> float | None:
    """Return the time in seconds with milliseconds, as SQLite does; null for what is never asked."""
    return time.time_ns() // 1_000_000 / 1000 if modifier == "subsec" else None


class Address(NamedTuple):
    """Where the store is: an SQLAlchemy URL, and the schema; SQLite has none and ignores it."""

    url: str
    schema: str


def address_of(settings: Settings) -> Address:
    """Return where the workflow store of a home is.

    Raises:
        HomeUnusable: The home's id cannot be read.
    """
    if settings.system_database_url is None:
        return Address(settings.workflow_database_url, "dbos")
    url = make_url(settings.system_database_url)
    # PostgreSQL's own limit is minutes.
    if "connect_timeout" not in url.query:
        url = url.update_query_dict({"connect_timeout": _CONNECT_SECONDS})
    return Address(url.render_as_string(hide_password=False), f"shipledger_{home_id(settings.home)}")


@contextmanager
def errors_for_the_user(settings: Settings) -> Iterator[None]:
    """Turn errors of the workflow store within the block into sentences.

    Raises:
        HomeUnusable: The file is damaged, or cannot be opened.
        ShipledgerError: The disk is full.
        ConfigurationError: The server refuses the URL of the configuration.
        OutOfReach: The server does not answer.
    """
    try:
        yield
    except DBAPIError as problem:
        error = sentence_of(settings, problem)
        if error is None:
            raise
        raise error from problem


def sentence_of(settings: Settings, problem: DBAPIError) -> ShipledgerError | None:
    """Return an error of the workflow store as one for the user; None for an error that is our own mistake."""
    if isinstance(problem.orig, sqlite3.Error):
        file = settings.home / "workflows.sqlite"
        return _damaged(file, problem.orig) if is_damage(problem.orig) else error_of_system(file, problem.orig)
    if settings.system_database_url is None or is_missing_table(problem):
        return None
    return _of_server(settings.system_database_url, problem)


def is_missing_table(problem: DBAPIError) -> bool:
    """Return whether the store has no tables yet, which the first worker of a home makes."""
    if isinstance(problem.orig, sqlite3.Error):
        return "no such table" in str(problem.orig)
    return getattr(problem.orig, "sqlstate", None) in _MISSING


def _damaged(file: Path, problem: sqlite3.Error) -> HomeUnusable:
    return HomeUnusable(
        f"The workflow store {file} cannot be read ({problem}): it is damaged. It holds only the history of runs. "
        "Stop the worker, move it away, and repeat the command: a new one is made, and nothing else is lost."
    )


def _of_server(url: str, problem: DBAPIError) -> ShipledgerError:
    said = [line.strip() for line in str(problem.orig).splitlines() if line.strip()] or ["no reason given"]
    reason = without_passwords(said[-1], make_url(url))
    is_refused = getattr(problem.orig, "sqlstate", None) or any(word in reason for word in _WRONG)
    if (is_refused or reason.startswith("invalid")) and not any(word in reason for word in _LATER):
        return ConfigurationError(
            f"The server of the workflow store cannot be used ({reason}).",
            advice=Advice(
                f"Correct the variable {_VARIABLE}, or what the server lacks: the database must exist, and its "
                "user must be allowed to create a schema in it.",
                "Ask an admin to correct its address, or what the server lacks.",
            ),
        )
    return OutOfReach(
        f"The server of the workflow store does not answer ({reason}).",
        advice=Advice(
            f"Start the server of {_VARIABLE}, and try again.", "Ask an admin to start the server, and try again."
        ),
    )
