"""Hiding the passwords in a database's URL: in its authority, and in parameters such as `?password=…`."""

from __future__ import annotations

from urllib.parse import quote, quote_plus

from sqlalchemy.engine import URL

STARS = "***"
_SECRET_WORDS = ("password", "passwd", "pwd", "secret", "token", "odbc_connect")


def shown(url: URL) -> str:
    """Return a URL as text, with stars for its passwords."""
    hidden = dict.fromkeys(_secret_parameters(url), STARS)
    return url.update_query_dict(hidden).render_as_string(hide_password=True).replace(quote(STARS), STARS)


def passwords_of(url: URL) -> list[str]:
    """Return the passwords in a URL."""
    values = [url.query[name] for name in _secret_parameters(url)]
    given = [url.password, *(one for value in values for one in ([value] if isinstance(value, str) else value))]
    return [str(one) for one in given if one]


def without_passwords(text: str, url: URL) -> str:
    """Return a text, such as an error's, with stars for the passwords of a URL."""
    for password in passwords_of(url):
        for spelled in (password, quote_plus(password), quote(password, safe="")):
            text = text.replace(spelled, STARS)
    return text


def _secret_parameters(url: URL) -> list[str]:
    return [name for name in url.query if any(word in name.lower() for word in _SECRET_WORDS)]
