"""Secrets in files: `SHIPSTATION_API_SECRET_FILE` names a file with the value of `SHIPSTATION_API_SECRET`.

So they come from systemd credentials and Docker secrets, and are in no environment.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from workflows.errors import ConfigurationError

# Nobody's secret is longer, and the name of a large file is a mistake.
_LONGEST = 64 * 1024


def file_variable(variable: str) -> str:
    """Return the name of the variable that holds a secret's file."""
    return f"{variable}_FILE"


def read_secret_files(environment: Mapping[str, str], variables: Iterable[str]) -> dict[str, str]:
    """Read the secrets that are in files, without white space around them.

    Args:
        environment: The environment.
        variables: The names of the variables that hold secrets.

    Returns:
        The values by variable, of those with a file only.

    Raises:
        ConfigurationError: A file cannot be read or is empty, or a variable is set beside its file.
    """
    files = {one: environment[file_variable(one)] for one in variables if environment.get(file_variable(one))}
    if doubled := [one for one in files if environment.get(one)]:
        raise ConfigurationError(f"{doubled[0]} and {file_variable(doubled[0])} are both set. Remove one of them.")
    return {one: _read(file_variable(one), Path(file)) for one, file in files.items()}


def without_secrets(environment: Mapping[str, str], variables: Iterable[str]) -> dict[str, str]:
    """Return the environment of a process that needs none of these secrets, nor the names of their files."""
    hidden = {name for one in variables for name in (one, file_variable(one))}
    return {name: value for name, value in environment.items() if name not in hidden}


def _read(variable: str, file: Path) -> str:
    try:
        with file.open(encoding="utf-8") as opened:
            text = opened.read(_LONGEST + 1)
    except (OSError, UnicodeDecodeError) as problem:
        reason = getattr(problem, "strerror", None) or "it is not text in UTF-8"
        raise ConfigurationError(
            f"The file of {variable}, {file}, cannot be read: {reason}. Correct it."
        ) from None
    if not text.strip() or len(text) > _LONGEST:
        raise ConfigurationError(
            f"The file of {variable}, {file}, is empty or too large for a secret. Correct it."
        )
    return text.strip()
