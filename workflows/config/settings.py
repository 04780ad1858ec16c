"""Configuration: read once, here, into one typed object."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dotenv import dotenv_values

from workflows.config.mail_settings import MailSettings, read_mail_settings
from workflows.errors import ConfigurationError

PROJECT = Path(__file__).resolve().parents[2]
LOOPBACK = "127.0.0.1"
# What the schedule can keep evenly: minutes that divide an hour, and hours that divide a day.
_INTERVALS = (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60, 120, 180, 240, 360, 480, 720, 1440)
# The data are stale after two hours without a sync.
_SYNC_INTERVALS = tuple(minutes for minutes in _INTERVALS if minutes <= 60)
# How long anything may be kept, so that the day it began is a day of the calendar.
_MOST_YEARS = 100
_OIDC = {
    "metadata_url": "SHIPLEDGER_OIDC_METADATA_URL",
    "client_id": "SHIPLEDGER_OIDC_CLIENT_ID",
    "client_secret": "SHIPLEDGER_OIDC_CLIENT_SECRET",
    "page_url": "SHIPLEDGER_PAGE_URL",
}


@dataclass(frozen=True)
class Oidc:
    """An identity provider to log in with.

    Attributes:
        metadata_url: Where it describes itself, `…/.well-known/openid-configuration`.
        client_id: What it knows us by.
        client_secret: What proves it.
        page_url: The page's address as browsers reach it, without a trailing slash.
    """

    metadata_url: str
    client_id: str
    client_secret: str = field(repr=False)
    page_url: str


@dataclass(frozen=True)
class Settings:
    """All of Shipledger's configuration.

    Attributes:
        home: Where everything is written.
        timezone: The business's time zone, for days, weeks and months.
        base_url: ShipStation's address, without a trailing slash.
        api_key: ShipStation's key, None when not configured.
        api_secret: ShipStation's secret, None when not configured.
        rate_limit: ShipStation requests a minute.
        retry_seconds: Time budget for retrying one request.
        overlap_minutes: How far before its watermark each cycle starts again.
        system_database_url: Another database for the workflows' state than SQLite in the home.
        count_tolerance: Units a counted lot may differ by before it is counted again.
        xcart_path: The shop's XML file, or the folder of such files, None where no shop is connected.
        allow_upload: Whether an upload may send; without it, it only tells what it would send.
        address: The IP address that the page listens on.
        users_file: The users, their roles and their passwords' hashes; see `roles`.
        oidc: The identity provider, None when not configured.
        retention_days: So many days after an order was closed its personal data are removed; 0 keeps them.
        recall_years: So many years after it was closed what a recall needs is removed, too.
        mail: Where e-mail goes out, None when none is sent.
        sync_minutes: A sync is due so often.
        import_minutes: An import of the shop's orders is due so often.
        upload_minutes: An upload of the shop's orders is due so often, where it may send.
        parity_minutes: A comparison with the former system is due so often.
        legacy_url: The running former system's database, a file or a SQLAlchemy URL; None where there is none.
        parity_file: The criteria of parity with it; see `parity.criteria`.
        fast_build: Whether an incremental build may send again what dbt sent; see `replay`.
    """

    home: Path
    timezone: ZoneInfo
    base_url: str
    api_key: str | None = field(repr=False)
    api_secret: str | None = field(repr=False)
    rate_limit: int = 40
    retry_seconds: float = 60.0
    overlap_minutes: float = 15.0
    system_database_url: str | None = field(default=None, repr=False)
    count_tolerance: int = 2
    xcart_path: Path | None = None
    allow_upload: bool = False
    address: str = LOOPBACK
    users_file: Path = PROJECT / "users.toml"
    oidc: Oidc | None = None
    retention_days: int = 400
    recall_years: int = 3
    mail: MailSettings | None = None
    sync_minutes: int = 5
    import_minutes: int = 5
    upload_minutes: int = 5
    parity_minutes: int = 120
    legacy_url: str | None = field(default=None, repr=False)
    parity_file: Path = PROJECT / "parity.toml"
    fast_build: bool = True

    @property
    def warehouse(self) -> Path:
        """The warehouse: raw, staging and intermediate tables."""
        return self.home / "warehouse.duckdb"

    @property
    def ledger(self) -> Path:
        """The database file of the marts, which publishing copies."""
        return self.home / "ledger.duckdb"

    @property
    def published(self) -> Path:
        """The folder of the published snapshots."""
        return self.home / "published"

    @property
    def operations(self) -> Path:
        """The operators' entries and switches."""
        return self.home / "operations.sqlite"

    @property
    def frozen(self) -> Path:
        """The folder of the lines of closed months."""
        return self.home / "frozen"

    @property
    def workflow_database_url(self) -> str:
        """Where the workflows' state is kept, as an SQLAlchemy URL."""
        return self.system_database_url or f"sqlite:///{self.home / 'workflows.sqlite'}"

    def today(self) -> date:
        """The business's calendar day."""
        return datetime.now(self.timezone).date()


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the configuration from `.env` in the project's root and the environment, which wins.

    Args:
        environment: The environment; the process's own by default.

    Raises:
        ConfigurationError: A value makes no sense; the sentence names the variable.
    """
    found = {name: value for name, value in dotenv_values(PROJECT / ".env").items() if value is not None}
    found.update(os.environ if environment is None else environment)
    return Settings(
        home=Path(found.get("SHIPLEDGER_HOME") or PROJECT / "data").expanduser().absolute(),
        timezone=_zone(found.get("SHIPLEDGER_TIMEZONE") or "America/Chicago"),
        base_url=_url(found.get("SHIPSTATION_BASE_URL") or "https://ssapi.shipstation.com"),
        api_key=found.get("SHIPSTATION_API_KEY") or None,
        api_secret=found.get("SHIPSTATION_API_SECRET") or None,
        rate_limit=int(_number(found, "SHIPLEDGER_RATE_LIMIT", 40, least=1)),
        retry_seconds=_number(found, "SHIPLEDGER_RETRY_SECONDS", 60, least=0),
        overlap_minutes=_number(found, "SHIPLEDGER_OVERLAP_MINUTES", 15, least=0),
        system_database_url=found.get("SHIPLEDGER_SYSTEM_DATABASE_URL") or None,
        count_tolerance=int(_number(found, "SHIPLEDGER_COUNT_TOLERANCE", 2, least=0)),
        retention_days=int(_number(found, "SHIPLEDGER_RETENTION_DAYS", 400, least=0, most=_MOST_YEARS * 365)),
        recall_years=int(_number(found, "SHIPLEDGER_RECALL_YEARS", 3, least=0, most=_MOST_YEARS)),
        mail=read_mail_settings(found),
        sync_minutes=_interval(found, "SHIPLEDGER_SYNC_MINUTES", 5, _SYNC_INTERVALS),
        import_minutes=_interval(found, "SHIPLEDGER_IMPORT_MINUTES", 5),
        upload_minutes=_interval(found, "SHIPLEDGER_UPLOAD_MINUTES", 5),
        parity_minutes=_interval(found, "SHIPLEDGER_PARITY_MINUTES", 120),
        xcart_path=_path(found.get("SHIPLEDGER_XCART_PATH")),
        allow_upload=found.get("SHIPLEDGER_ALLOW_UPLOAD", "").strip() == "1",
        address=_address(found.get("SHIPLEDGER_ADDRESS") or LOOPBACK),
        users_file=Path(found.get("SHIPLEDGER_USERS") or PROJECT / "users.toml").expanduser().absolute(),
        oidc=_oidc(found),
        legacy_url=found.get("SHIPLEDGER_LEGACY_URL") or None,
        parity_file=Path(found.get("SHIPLEDGER_PARITY") or PROJECT / "parity.toml").expanduser().absolute(),
        fast_build=found.get("SHIPLEDGER_FAST_BUILD", "").strip() != "0",
    )


def _address(text: str) -> str:
    try:
        return str(ip_address(LOOPBACK if text == "localhost" else text))
    except ValueError as problem:
        raise ConfigurationError(
            f"SHIPLEDGER_ADDRESS is '{text}', which is no IP address. Use 127.0.0.1, or 0.0.0.0 for every network."
        ) from problem


def _oidc(found: Mapping[str, str]) -> Oidc | None:
    given = {name: (found.get(variable) or "").rstrip("/") for name, variable in _OIDC.items()}
    missing = [variable for name, variable in _OIDC.items() if not given[name]]
    if not given["metadata_url"] and not given["client_id"]:
        return None
    if missing:
        raise ConfigurationError(f"The login needs {' and '.join(missing)} too. Set it, or none of them.")
    return Oidc(**given)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as problem:
        raise ConfigurationError(
            f"SHIPLEDGER_TIMEZONE is '{name}', which is no time zone. Use a name such as America/Chicago."
        ) from problem


def _path(text: str | None) -> Path | None:
    return Path(text).expanduser().absolute() if text else None


def _url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query:
        raise ConfigurationError(
            "SHIPSTATION_BASE_URL is not a plain http(s) address. Use https://ssapi.shipstation.com, "
            "and give the credentials in SHIPSTATION_API_KEY and SHIPSTATION_API_SECRET."
        )
    return text.rstrip("/")


def _number(
    found: Mapping[str, str], name: str, default: float, *, least: float, most: float = float("inf")
) -> float:
    text = found.get(name)
    if not text:
        return default
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not least <= value <= most or value == float("inf"):
        bound = f" and at most {most:g}" if most < float("inf") else ""
        raise ConfigurationError(f"{name} is '{text}'. Use a number of at least {least:g}{bound}.")
    return value


def _interval(found: Mapping[str, str], name: str, default: int, allowed: tuple[int, ...] = _INTERVALS) -> int:
    text = (found.get(name) or str(default)).strip()
    if text not in map(str, allowed):
        raise ConfigurationError(
            f"{name} is '{text}'. Use a number of minutes that the schedule can keep evenly: "
            f"{', '.join(map(str, allowed[:-1]))} or {allowed[-1]}."
        )
    return int(text)
