"""The lake that several machines or houses share, from the variables of the environment."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from workflows.errors import ConfigurationError

# Schemas of the lake that are no house's: the views over all houses, our own list of houses, DuckDB's own.
GROUP, REGISTER = "group", "shipledger"
_RESERVED = (GROUP, REGISTER, "main", "temp", "system", "information_schema", "pg_catalog")
_HOUSE = re.compile(r"[a-z][a-z0-9_]{0,62}")
# A server that cannot be reached is given up after ten seconds, a connection that was cut after half a minute.
_PATIENCE = {
    "connect_timeout": 10,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
_CATALOGS = ("ducklake:postgres:", "ducklake:sqlite:", "ducklake:duckdb:")


@dataclass(frozen=True)
class Lake:
    """A DuckLake, and the house whose marts are published to it or read from it.

    Attributes:
        catalog: What DuckDB attaches: `ducklake:postgres:` and a connection string, which may hold a password.
        data: Where the Parquet files are, a folder or `s3://…`; None for where the catalog says.
        house: The schema of the house.
        library: A folder with DuckDB and its extensions from the package index; None to use the installed DuckDB,
            which fetches its extensions itself.
    """

    catalog: str = field(repr=False)
    data: str | None
    house: str
    library: Path | None


def parse_lake_settings(
    catalog: str | None, data: str | None, house: str | None, library: Path | None, *, is_read: bool
) -> Lake | None:
    """Return the lake; None when none is configured.

    Args:
        catalog: `SHIPLEDGER_LAKE`.
        data: `SHIPLEDGER_LAKE_DATA`.
        house: `SHIPLEDGER_HOUSE`.
        library: `SHIPLEDGER_LAKE_LIBRARY`.
        is_read: Whether `SHIPLEDGER_READ_FROM` is `lake`.

    Raises:
        ConfigurationError: A value is wrong or missing. The sentence never repeats the catalog's, which may hold a
            password.
    """
    if not catalog:
        if is_read:
            raise ConfigurationError("SHIPLEDGER_READ_FROM is lake, but SHIPLEDGER_LAKE names none. Set it.")
        return None
    if not catalog.startswith(_CATALOGS) or catalog in _CATALOGS:
        raise ConfigurationError(
            "SHIPLEDGER_LAKE is not a DuckLake's catalog. Use ducklake:postgres:dbname=lake host=… user=… "
            f"password=…, or for one machine {' or '.join(f'{one}/path' for one in _CATALOGS[1:])}."
        )
    if not house or not is_house(house):
        raise ConfigurationError(
            "SHIPLEDGER_HOUSE names the house's schema in the lake. Use a lower-case letter and then lower-case "
            f"letters, digits and _, at most 63 in all, and none of {', '.join(_RESERVED)}."
        )
    if not data and not is_read:
        raise ConfigurationError("SHIPLEDGER_LAKE_DATA is missing: a folder or s3://… for the lake's files.")
    return Lake(_impatient(catalog), _absolute(data) if data else None, house, library)


def is_house(name: str) -> bool:
    """Return whether a house may have this name, which is its schema's."""
    return _HOUSE.fullmatch(name) is not None and name not in _RESERVED


def _impatient(catalog: str) -> str:
    """Return a catalog with limits of time, where it is PostgreSQL's and has none of its own."""
    if not catalog.startswith(_CATALOGS[0]):
        return catalog
    given = [f"{name}={value}" for name, value in _PATIENCE.items() if f"{name}=" not in catalog]
    is_url = "://" in catalog
    first = ("&" if "?" in catalog else "?") if is_url else " "
    return catalog + first + ("&" if is_url else " ").join(given) if given else catalog


def _absolute(data: str) -> str:
    return data if "://" in data else str(Path(data).expanduser().absolute())
