"""Errors that end a command, each with the exit code of the contract and what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

FAILED = 1
WRONG_USAGE = 2
TRY_AGAIN_LATER = 75
WRONG_CONFIGURATION = 78


@dataclass(frozen=True)
class Advice:
    """What to do: on the command line, and on the page, which names no commands, options and variables."""

    command_line: str
    page: str


def sync_advice(then: str) -> Advice:
    """Return the advice to sync; `then` goes on: ` first`."""
    return Advice(f"Run `sync`{then}.", f"Press Sync now in Runs and health{then}.")


def load_command(first: date, last: date | None) -> str:
    """Return the command that loads the changes from a day on, up to now or another day."""
    return f"backfill --since {first}" + (f" --until {last}" if last else "")


def load_advice(first: date, last: date | None, then: str = "") -> Advice:
    """Return the advice to load the changes from a day on, up to now or another day; `then` goes on."""
    days = f"of {first} to {last}" if last else f"since {first}"
    return Advice(f"Run `{load_command(first, last)}`{then}.", f"Ask an admin to load the changes {days}{then}.")


class ShipledgerError(Exception):
    """An error for the user: a sentence on what went wrong and what to do.

    Attributes:
        exit_code: The command's exit code.
    """

    exit_code = FAILED
    # An error that an earlier release stored has only the text of the command line.
    _on_page: str | None = None

    def __init__(self, message: str, *details: object, advice: Advice | None = None) -> None:
        super().__init__(f"{message} {advice.command_line}" if advice else message, *details)
        if advice:
            self._on_page = f"{message} {advice.page}"

    def __str__(self) -> str:
        return str(self.args[0])


def on_page(error: Exception) -> str:
    """Return the text of an error for the page, in one line; `Dates.in_sentence` gives it the page's style."""
    text = error._on_page if isinstance(error, ShipledgerError) else None
    return " ".join((text or str(error)).split())


class ConfigurationError(ShipledgerError):
    """A variable of the configuration is missing or wrong."""

    exit_code = WRONG_CONFIGURATION


class UsageError(ShipledgerError):
    """The command was called with wrong arguments."""

    exit_code = WRONG_USAGE


class NotAllowed(ShipledgerError):
    """This person's role does not allow the action. Nothing was done."""


class EntryRefused(UsageError):
    """An operator's entry breaks a rule. Nothing was recorded.

    Attributes:
        field: The part of the entry to correct.
    """

    def __init__(self, message: str, field: str, *, advice: Advice | None = None) -> None:
        super().__init__(message, field, advice=advice)
        self.field = field


class CloseRefused(UsageError):
    """A day, week or month cannot be closed now. Nothing was queued; the sentence says what is needed first.

    Attributes:
        facts: `reason` (one word), `kind` and `period`; `possible_from` (a day) or `command` (what has to be run).
    """

    def __init__(self, message: str, facts: dict[str, Any], *, advice: Advice | None = None) -> None:
        super().__init__(message, facts, advice=advice)
        self.facts = facts


class OutOfReach(ShipledgerError):
    """ShipStation, the former system or the workflow store does not answer. The next run resumes this one."""

    exit_code = TRY_AGAIN_LATER


class AlreadyRunning(ShipledgerError):
    """A job of the same kind is already queued or running.

    Attributes:
        run_id: That job's id.
    """

    exit_code = TRY_AGAIN_LATER

    def __init__(self, message: str, run_id: str | None = None, *, advice: Advice | None = None) -> None:
        super().__init__(message, run_id, advice=advice)
        self.run_id = run_id


class BuildFailed(ShipledgerError):
    """A dbt model or test failed, so nothing was published.

    Attributes:
        failed: Names of the failed models and tests.
    """

    def __init__(self, message: str, failed: list[str] | None = None, *, advice: Advice | None = None) -> None:
        super().__init__(message, failed or [], advice=advice)
        self.failed = failed or []


class PublicationRefused(ShipledgerError):
    """A build lacks rows of the published snapshot, and nothing explains it. The last snapshot stays.

    Attributes:
        facts: `reason`, the numbers, and the `command` that loads the rows again.
    """

    def __init__(self, message: str, facts: dict[str, Any], *, advice: Advice | None = None) -> None:
        super().__init__(message, facts, advice=advice)
        self.facts = facts


class MigrationRefused(ShipledgerError):
    """The former system's data failed the validation. Nothing was published, and everything was rolled back."""


class CutoverRefused(ShipledgerError):
    """Parity has not held for long enough. Nothing was changed.

    Attributes:
        facts: The numbers of the refusal.
    """

    def __init__(self, message: str, facts: dict[str, Any], *, advice: Advice | None = None) -> None:
        super().__init__(message, facts, advice=advice)
        self.facts = facts


class HomeUnusable(ShipledgerError):
    """The home directory or a file in it cannot be used."""

    exit_code = WRONG_CONFIGURATION


class DatabaseBusy(ShipledgerError):
    """Another process keeps a database of the home locked. Nothing was written."""

    exit_code = TRY_AGAIN_LATER


class Cancelled(ShipledgerError):
    """The job was cancelled."""
