"""What is read of `.env` beside the settings themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from dotenv import dotenv_values


def paths_beside(file: Path, variables: Iterable[str]) -> dict[str, str]:
    """Return those variables of `.env` that hold a path, relative ones as of the file's own folder.

    Commands work from any directory, and must find the same home there.
    """
    given = dotenv_values(file)
    return {name: str(file.parent / Path(value).expanduser()) for name in variables if (value := given.get(name))}


def read_log_format(file: Path, environment: Mapping[str, str]) -> str:
    """Return the log format, also when another variable is wrong; `text` when it is wrong itself.

    Args:
        file: `.env`.
        environment: The environment, which wins.
    """
    given = dotenv_values(file) | dict(environment)
    return "json" if given.get("SHIPLEDGER_LOG_FORMAT") == "json" else "text"
