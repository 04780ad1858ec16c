"""Configuration: every variable of the environment, read once into one typed object.

The table in `docs/administrator.md` is generated from the fields; see `workflows.cli.settings_table`.
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AliasGenerator, Field, field_validator, model_validator
from pydantic_core import PydanticUseDefault
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from workflows.config import setting_types as types
from workflows.config.lake_settings import Lake, parse_lake_settings
from workflows.config.mail_settings import WEBHOOK, MailSettings, parse_mail_settings
from workflows.config.oidc_settings import Oidc, parse_oidc_settings
from workflows.config.places import PROJECT, places_of
from workflows.config.thresholds import DATABASE_MEMORY

if TYPE_CHECKING:
    from workflows.config.dates import Dates

# Ten times what any law asks for, and still a day that the calendar has.
_MOST_YEARS = 100
_CREDENTIALS = "Credentials. Never printed, logged, stored or put in a report."


class Settings(BaseSettings):
    """All of Shipledger's configuration.

    A field's variable is `SHIPLEDGER_` and its name in capitals, or its alias. An empty one means the default.
    """

    model_config = SettingsConfigDict(
        alias_generator=AliasGenerator(validation_alias=lambda name: f"SHIPLEDGER_{name.upper()}"),
        frozen=True,
        validate_default=False,
        extra="ignore",
        hide_input_in_errors=True,
    )

    api_key: types.Secret = Field(None, validation_alias="SHIPSTATION_API_KEY", description=_CREDENTIALS)
    api_secret: types.Secret = Field(None, validation_alias="SHIPSTATION_API_SECRET", description=_CREDENTIALS)
    base_url: types.HttpUrl = Field(
        "https://ssapi.shipstation.com",
        validation_alias="SHIPSTATION_BASE_URL",
        description="ShipStation's API.",
    )
    home: types.DatabasePath = Field(
        default_factory=lambda: places_of(PROJECT).data,
        validate_default=True,
        description="Directory for all that is written. Its path may have letters, digits, spaces and `.-_~@+()`.",
    )
    reference: types.DatabasePath = Field(
        default_factory=lambda: places_of(PROJECT).seeds,
        description="Directory of your own reference files, which `init` writes. For plain dbt, an absolute path.",
    )
    timezone: ZoneInfo = Field(
        ZoneInfo("America/Chicago"), description="Time zone of the business's day, week and month."
    )
    locale: types.Locale = Field(
        "en-US",
        description="How the page, reports and mail write dates and times, such as `en-GB` or `de-DE`; its "
        "letters have to be Latin, Greek, Cyrillic or Hebrew. Texts stay English, money US dollars; the command "
        "line and files for programs have ISO dates.",
    )
    rate_limit: int = Field(40, ge=1, description="ShipStation requests per minute.")
    retry_seconds: types.Amount = Field(60.0, description="Time budget for retrying one request.")
    overlap_minutes: types.Amount = Field(15.0, description="How far before its watermark a sync starts to read.")
    sync_minutes: types.HourlyInterval = Field(5, description="Interval of the sync: a divisor of 60.")
    xcart_path: types.FilePath | None = Field(
        None, description="The shop's XML file, or a folder of them, which `serve` imports."
    )
    import_minutes: types.DailyInterval = Field(
        5, description="Interval of the import: a divisor of 60, or whole hours that divide a day, such as `120`."
    )
    allow_upload: types.OffUnlessOne = Field(
        False, description="`1` allows `upload` to send orders to ShipStation, and `serve` to do so on schedule."
    )
    upload_minutes: types.DailyInterval = Field(
        5, description="Interval of the upload, as for the import. It is due a minute after the import."
    )
    restate_carrier_bills: types.OffUnlessOne = Field(
        False,
        description="`1` restates closed months by what carriers billed for their labels. Turned off again, it "
        "takes back what was restated.",
    )
    count_tolerance: int = Field(
        2, ge=0, description="Units a counted lot may differ by before the page asks for a second count."
    )
    retention_days: int = Field(
        400,
        ge=0,
        le=_MOST_YEARS * 365,
        description="Days after an order was closed until its personal data are redacted. `0` keeps them.",
    )
    recall_years: int = Field(
        3,
        ge=0,
        le=_MOST_YEARS,
        description="Years after an order was closed until the recipient's name, company, city and postal "
        "code are redacted too.",
    )
    smtp_url: types.Secret = Field(
        None,
        description="Mail server: `smtp://user:password@host:587` (STARTTLS) or `smtps://…`. Append "
        "`?starttls=required` or `?starttls=off` to force either. None means no mail.",
    )
    mail_from: str | None = Field(None, description="Sender of reports and alerts, a plain address.")
    mail_to: str | None = Field(
        None, description="Recipients of reports and alerts: plain addresses, separated by commas."
    )
    webhook_url: types.WebhookUrl = Field(
        None,
        description='Webhook that gets the text of reports and alerts as `{"text": …}`, as Slack and Mattermost '
        "take it. A secret.",
    )
    address: types.IpAddress = Field(
        types.LOOPBACK, description="IP address the page listens on. Any address but loopback requires a login."
    )
    users_file: types.FilePath = Field(
        default_factory=lambda: places_of(PROJECT).configuration / "users.toml",
        validation_alias="SHIPLEDGER_USERS",
        description="Users, roles and password hashes.",
    )
    oidc_metadata_url: str | None = Field(
        None,
        description="OpenID Connect: the provider's `https://…/.well-known/openid-configuration`. Set all "
        "four, or none.",
    )
    oidc_client_id: str | None = Field(None, description="OpenID Connect: this application's id at the provider.")
    oidc_client_secret: types.Secret = Field(
        None, description="OpenID Connect: this application's secret at the provider."
    )
    page_url: str | None = Field(None, description="OpenID Connect: the page's address as browsers reach it.")
    legacy_url: types.Secret = Field(
        None,
        description="The former system's database (a file or a SQLAlchemy URL) for the scheduled parity "
        "comparison.",
    )
    parity_minutes: types.DailyInterval = Field(
        120,
        description="Interval of the parity comparison. Must be shorter than `largest_gap_hours` in "
        "`parity.toml`.",
    )
    parity_file: types.FilePath = Field(
        default_factory=lambda: places_of(PROJECT).shipped / "parity.toml",
        validation_alias="SHIPLEDGER_PARITY",
        description="Criteria of parity and of the cutover.",
    )
    backup_passphrase: types.Secret = Field(
        None,
        min_length=12,
        description="Encrypts backups, and signs them instead of the home's `backup.key`: any home with the same "
        "passphrase can restore them, and none without it. At least 12 characters.",
    )
    system_database_url: types.PostgresUrl | None = Field(
        None,
        repr=False,
        description="PostgreSQL database for the workflow state. Each home has its own schema in it. None means "
        "SQLite in the home.",
    )
    lake_catalog: types.Secret = Field(
        None,
        validation_alias="SHIPLEDGER_LAKE",
        description="DuckLake to publish to or read from: `ducklake:postgres:` and a connection string.",
    )
    lake_data: str | None = Field(
        None, description="The lake's files: a folder that all machines share, or `s3://bucket/prefix`."
    )
    house: str | None = Field(None, description="The house's schema in the lake.")
    lake_library: types.FilePath | None = Field(
        None, description="Directory with the packages of `requirements-lake.lock`, if DuckDB can fetch none."
    )
    read_from: Literal["home", "lake"] = Field(
        "home", description="`lake` makes this a machine that only reads: page, reports and `export`."
    )
    build_memory: str = Field(
        DATABASE_MEMORY,
        pattern=r"^[1-9][0-9]*[MG]B$",
        description="DuckDB's memory during a build, such as `8GB`, if the build says that it needs more.",
    )
    fast_build: types.OnUnlessZero = Field(
        True, description="`0` lets dbt run every build itself instead of replaying recorded statements."
    )
    log_format: Literal["text", "json"] = Field(
        "text", description="`json` writes each line of the log as a JSON object, on standard error too."
    )
    metrics_token: types.Secret = Field(
        None,
        min_length=16,
        pattern=r"^[!-~]*$",
        description="Bearer token that opens the page's `/metrics`. At least 16 characters of ASCII, no blanks.",
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read what `read_settings` passes, then `.env`: tests and generators pass no variable of this machine."""
        del settings_cls, env_settings, file_secret_settings
        return init_settings, dotenv_settings

    @field_validator("*", mode="before")
    @staticmethod
    def _default_when_empty(value: Any) -> Any:
        if value == "":
            raise PydanticUseDefault
        return value

    @model_validator(mode="after")
    def _check_groups(self) -> Settings:
        """Refuse half a mail server, half a login and half a lake at once."""
        _ = self.mail, self.oidc, self.lake
        return self

    @property
    def mail(self) -> MailSettings | None:
        """Where e-mail goes out, None when none is sent."""
        return parse_mail_settings(self.smtp_url, self.mail_from, self.mail_to)

    @property
    def recipients(self) -> tuple[str, ...]:
        """Who gets reports and alerts: mail addresses, and `webhook` where one is configured."""
        addresses = self.mail.recipients if self.mail else ()
        return (*addresses, WEBHOOK) if self.webhook_url else addresses

    @property
    def oidc(self) -> Oidc | None:
        """The identity provider, None when not configured."""
        return parse_oidc_settings(
            self.oidc_metadata_url, self.oidc_client_id, self.oidc_client_secret, self.page_url
        )

    @property
    def lake(self) -> Lake | None:
        """The lake that is published to or read from, None without one."""
        given = (self.lake_catalog, self.lake_data, self.house, self.lake_library)
        return parse_lake_settings(*given, is_read=self.reads_lake)

    @property
    def reads_lake(self) -> bool:
        """Whether this machine only reads what others publish to the lake."""
        return self.read_from == "lake"

    def for_house(self, house: str) -> Settings:
        """Return the settings of a house that this machine reads; its copies have a folder of their own."""
        return self.model_copy(update={"house": house, "home": self.home / "houses" / house})

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
        """The operations database: operators' entries and switches."""
        return self.home / "operations.sqlite"

    @property
    def frozen(self) -> Path:
        """The folder of the lines of closed months."""
        return self.home / "frozen"

    @property
    def workflow_database_url(self) -> str:
        """Where the workflow state is kept, as an SQLAlchemy URL."""
        return self.system_database_url or f"sqlite:///{self.home / 'workflows.sqlite'}"

    @property
    def dates(self) -> Dates:
        """How people read days and instants."""
        # Imported late: most commands write none.
        from workflows.config.dates import Dates

        return Dates(self.locale, self.timezone)

    def today(self) -> date:
        """Return the business's calendar day."""
        return datetime.now(self.timezone).date()
