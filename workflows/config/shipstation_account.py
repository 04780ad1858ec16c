"""The ShipStation account of the configuration."""

from __future__ import annotations

from datetime import timedelta

from ingest.client.account import Account
from workflows.config.places import PROJECT, places_of
from workflows.config.settings import Settings
from workflows.config.settings_reader import variable_of
from workflows.errors import ConfigurationError


def account_of(settings: Settings) -> Account:
    """Return the ShipStation account of the configuration.

    Raises:
        ConfigurationError: The credentials are not configured.
    """
    if not settings.api_key or not settings.api_secret:
        missing = [variable_of(name) for name in ("api_key", "api_secret") if not getattr(settings, name)]
        raise ConfigurationError(
            f"{' and '.join(missing)} not set. Put the key and secret from ShipStation's Account settings > "
            f"API settings into the environment or {places_of(PROJECT).configuration / '.env'}."
        )
    return Account(
        base_url=settings.base_url,
        key=settings.api_key,
        secret=settings.api_secret,
        requests_per_minute=settings.rate_limit,
        retry_seconds=settings.retry_seconds,
        overlap=timedelta(minutes=settings.overlap_minutes),
    )
