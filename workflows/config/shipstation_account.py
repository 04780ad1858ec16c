"""The ShipStation account of the configuration."""

from __future__ import annotations

from datetime import timedelta

from ingest.client.account import Account
from workflows.config.settings import Settings
from workflows.errors import ConfigurationError


def account_of(settings: Settings) -> Account:
    """The ShipStation account of the configuration.

    Raises:
        ConfigurationError: The credentials are not configured.
    """
    missing = [
        name
        for name, value in (
            ("SHIPSTATION_API_KEY", settings.api_key),
            ("SHIPSTATION_API_SECRET", settings.api_secret),
        )
        if not value
    ]
    if missing or not settings.api_key or not settings.api_secret:
        raise ConfigurationError(
            f"{' and '.join(missing)} not set. Put the key and secret from ShipStation's Account settings > "
            "API settings into the environment or the .env file."
        )
    return Account(
        base_url=settings.base_url,
        key=settings.api_key,
        secret=settings.api_secret,
        requests_per_minute=settings.rate_limit,
        retry_seconds=settings.retry_seconds,
        overlap=timedelta(minutes=settings.overlap_minutes),
    )
