"""Our programs at another time, which begins at an instant and runs on from there.

What is ours asks for the time by `datetime.now` alone, and gets one that is shifted; libraries keep the machine's.
Run as `at_an_instant.py INSTANT COMMAND ...` this is the command line at that time.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, tzinfo
from importlib import import_module
from pkgutil import walk_packages
from typing import Any

import ingest
import orchestrate
import workflows

_shift = timedelta()


class _LikeDatetime(type):
    def __instancecheck__(cls, value: object) -> bool:
        return isinstance(value, datetime)


class ShiftedDatetime(datetime, metaclass=_LikeDatetime):
    """`datetime` with another present; what it makes are plain datetimes."""

    def __new__(cls, *arguments: Any, **named: Any) -> Any:
        return datetime(*arguments, **named)

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Any:
        return (datetime.now(UTC) + _shift).astimezone(tz)


@contextmanager
def present(instant: datetime) -> Iterator[None]:
    """Let it be that instant (with a time zone) for as long as the block lasts, in this process."""
    global _shift
    modules = [
        module
        for module in (orchestrate, *map(import_module, _names()))
        if vars(module).get("datetime") in (datetime, ShiftedDatetime)
    ]
    before = _shift
    _shift = instant - datetime.now(UTC)
    for module in modules:
        module.datetime = ShiftedDatetime  # type: ignore[attr-defined]
    try:
        yield
    finally:
        _shift = before
        for module in modules if before == timedelta() else ():
            module.datetime = datetime  # type: ignore[attr-defined]


def _names() -> list[str]:
    return [
        found.name
        for package in (ingest, workflows)
        for found in walk_packages(package.__path__, f"{package.__name__}.")
    ]


if __name__ == "__main__":
    with present(datetime.fromisoformat(sys.argv[1])):
        sys.exit(orchestrate.main(sys.argv[2:]))
