"""The types of settings: each reads the text of an environment variable, or says what it should be."""

from __future__ import annotations

import unicodedata
from functools import partial
from ipaddress import ip_address
from itertools import filterfalse
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field

LOOPBACK = "127.0.0.1"
# Minutes that divide an hour evenly, and hours that divide a day.
_INTERVALS = (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60, 120, 180, 240, 360, 480, 720, 1440)
# Allowed in a path that a database opens, beside letters and digits. Others have a meaning in a URL, a file
# pattern, a statement or a list of paths: it would look for another file, even outside the home.
_CHARACTERS_OF_A_PATH = frozenset(" /.-_~@+()")


def _http_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc or parts.query:
        raise ValueError("not an http(s) address without credentials and query")
    return text.rstrip("/")


def _webhook_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise ValueError("not the http(s) address of a webhook")
    return text


def _database_path(path: Path) -> Path:
    refused = sorted(set(filterfalse(_is_allowed_in_a_path, str(path))))
    if refused:
        shown = " and ".join(map(repr, refused))
        raise ValueError(
            f"the path {str(path)!a} contains {shown}, which a database would misread. Use a directory whose path "
            "has letters, digits, spaces and . - _ ~ @ + ( ) only"
        )
    return path


def _is_allowed_in_a_path(character: str) -> bool:
    is_mark = unicodedata.category(character).startswith("M")
    return character.isalnum() or character in _CHARACTERS_OF_A_PATH or is_mark


def _postgres_url(text: str) -> str:
    parts = urlsplit(text)
    try:
        is_one = parts.scheme in ("postgresql", "postgresql+psycopg") and parts.port != 0 and parts.path.strip("/")
    except ValueError:
        is_one = False
    if not is_one or parts.fragment:
        raise ValueError(
            "not the URL of a PostgreSQL database, such as postgresql://user:password@host/name with special "
            "characters of the password written as %40 and the like"
        )
    return text


def _locale(text: str) -> str:
    # Imported late: most installations have the default.
    from workflows.config.dates import known_locale

    return known_locale(text)


def _ip_address(text: str) -> str:
    try:
        return str(ip_address(LOOPBACK if text == "localhost" else text))
    except ValueError:
        raise ValueError(f"'{text}' is not an IP address. Use 0.0.0.0 for every network") from None


def _interval(longest: int, text: str) -> int:
    allowed = [str(minutes) for minutes in _INTERVALS if minutes <= longest]
    if text.strip() not in allowed:
        raise ValueError(f"'{text}' minutes cannot be kept evenly. Use one of {', '.join(allowed)}")
    return int(text)


HttpUrl = Annotated[str, AfterValidator(_http_url)]
WebhookUrl = Annotated[str | None, Field(repr=False), AfterValidator(lambda url: url and _webhook_url(url))]
PostgresUrl = Annotated[str, AfterValidator(_postgres_url)]
Locale = Annotated[str, AfterValidator(_locale)]
IpAddress = Annotated[str, AfterValidator(_ip_address)]
FilePath = Annotated[Path, AfterValidator(lambda path: path.expanduser().absolute())]
DatabasePath = Annotated[FilePath, AfterValidator(_database_path)]
Secret = Annotated[str | None, Field(repr=False)]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]
# The data are stale after two hours without a sync, so it is due each hour at the least.
HourlyInterval = Annotated[int, BeforeValidator(partial(_interval, 60))]
DailyInterval = Annotated[int, BeforeValidator(partial(_interval, 1440))]
# Only `1` turns on what sends orders; only `0` turns off what saves time.
OffUnlessOne = Annotated[bool, BeforeValidator(lambda text: text.strip() == "1")]
OnUnlessZero = Annotated[bool, BeforeValidator(lambda text: text.strip() != "0")]
