"""Reads the settings from `.env` and the environment, and names their variables."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from workflows.config.env_file import paths_beside
from workflows.config.places import PROJECT, places_of
from workflows.config.secret_files import read_secret_files
from workflows.config.setting_errors import sentence
from workflows.config.settings import Settings
from workflows.errors import ConfigurationError

_PATHS = (Path, Path | None)


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the configuration from `.env` (see `places`) and the environment, which wins.

    A secret can be in a file; see `secret_files`. A relative path in `.env` is relative to that file's folder,
    one in the environment to the working directory.

    Args:
        environment: The environment; the process's own by default.

    Raises:
        ConfigurationError: A value is wrong; the sentence names the variable and repeats no secret.
    """
    given = dict(os.environ if environment is None else environment)
    given |= read_secret_files(given, [variable_of(name) for name in secrets()])
    known = {name: given[name] for name in map(variable_of, Settings.model_fields) if name in given}
    file = places_of(PROJECT).configuration / ".env"
    paths = [variable_of(name) for name, one in Settings.model_fields.items() if one.annotation in _PATHS]
    values: dict[str, Any] = {"_env_file": file, **paths_beside(file, paths), **known}
    try:
        return Settings(**values)
    except ValidationError as problem:
        raise ConfigurationError(" ".join(map(_sentence, problem.errors(include_url=False)))) from None


def _sentence(error: ErrorDetails) -> str:
    place = error["loc"][0]
    name = next(name for name in Settings.model_fields if place in (name, variable_of(name)))
    return sentence(error, Settings.model_fields[name], variable_of(name), default_of(name))


def default_of(name: str) -> str:
    """Return a field's default as a person writes it; paths in a clone are relative to it."""
    default = Settings.model_fields[name].get_default(call_default_factory=True, validated_data={})
    if isinstance(default, bool):
        return "1" if default else "0"
    if isinstance(default, Path) and default.is_relative_to(PROJECT):
        return f"./{default.relative_to(PROJECT)}"
    return "none" if default is None else f"{default:g}" if isinstance(default, float) else str(default)


def secrets() -> list[str]:
    """Return the names of the fields that hold secrets."""
    return [name for name, field in Settings.model_fields.items() if not field.repr]


def variable_of(name: str) -> str:
    """Return the environment variable of a field."""
    return str(Settings.model_fields[name].validation_alias)
