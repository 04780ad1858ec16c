"""What is wrong with a setting, in a sentence."""

from __future__ import annotations

from pydantic_core import ErrorDetails

from workflows.config.settings import Settings, default_of, variable_of


def sentence(error: ErrorDetails) -> str:
    """Say what is wrong and what to do. The value is repeated for numbers only: another may be a secret."""
    place = str(error["loc"][0])
    name = next(name for name in Settings.model_fields if place in (name, variable_of(name)))
    field, variable, default = Settings.model_fields[name], variable_of(name), default_of(name)
    least, most = (
        next((getattr(one, end) for one in field.metadata if hasattr(one, end)), None) for end in ("ge", "le")
    )
    if field.annotation in (int, float) and least is not None:
        kind = "whole number" if field.annotation is int else "number"
        limit = f" and at most {most}" if most is not None else ""
        return f"{variable} is '{error['input']}'. Use a {kind} of at least {least}{limit}."
    otherwise = "" if default == "none" else f" to use the default, {default}"
    advice = "Set it" if place == name else f"Correct it, or remove it{otherwise}"
    return f"{variable}: {error['msg'].removeprefix('Value error, ')}. {advice}."
