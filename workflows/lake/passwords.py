"""Hiding the password of the lake's catalog in errors, which repeat its connection string."""

from __future__ import annotations

import re

_STARS = "***"
# In libpq's two forms of a connection string.
_PASSWORD = re.compile(r"(password\s*=\s*)('(?:\\.|[^'\\])*'|[^\s'&]+)|(://[^:/@\s]*:)[^@\s]*(@)", re.IGNORECASE)


def without_password(text: str, catalog: str) -> str:
    """Return a text without the catalog's connection string and without any password."""
    connection_string = catalog.split(":", 2)[-1]
    return _PASSWORD.sub(rf"\1\3{_STARS}\4", text.replace(connection_string, _STARS))
