"""What is wrong with a setting, in a sentence."""

from __future__ import annotations

from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails


def sentence(error: ErrorDetails, field: FieldInfo, variable: str, default: str) -> str:
    """Say what is wrong and what to do. The value is repeated for numbers only: another may be a secret.

    Args:
        error: What pydantic says.
        field: The setting.
        variable: Its environment variable.
        default: Its default as a person writes it, or `none`.
    """
    least, most = (
        next((getattr(one, end) for one in field.metadata if hasattr(one, end)), None) for end in ("ge", "le")
    )
    if field.annotation in (int, float) and least is not None:
        kind = "whole number" if field.annotation is int else "number"
        limit = f" and at most {most}" if most is not None else ""
        return f"{variable} is '{error['input']}'. Use a {kind} of at least {least}{limit}."
    otherwise = "" if default == "none" else f" to use the default, {default}"
    # A default that is wrong is named by its field: the variable is not set.
    advice = f"Correct it, or remove it{otherwise}" if error["loc"][0] == variable else "Set it"
    return f"{variable}: {error['msg'].removeprefix('Value error, ')}. {advice}."
