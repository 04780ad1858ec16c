"""The former system that is compared with; its password is kept out of everything that is stored."""

from __future__ import annotations

from dataclasses import dataclass, field

from ingest.hidden_passwords import STARS, passwords_of, shown
from ingest.sources.legacy.live_database import source_url
from workflows.config.settings import Settings
from workflows.cycle.ingest_errors import ingest_errors_for_the_user
from workflows.errors import Advice, ConfigurationError, UsageError

_NAME_IT = Advice("Give --legacy FILE_OR_URL, or set SHIPLEDGER_LEGACY_URL.", "Ask an admin to configure it.")
_CONFIGURE = Advice(
    "Set SHIPLEDGER_LEGACY_URL for it, or stop it and repeat the command.", "Ask an admin to configure it."
)
# Addresses that were given to this process with a password, by what is shown of them.
_given: dict[str, str] = {}


@dataclass(frozen=True)
class Source:
    """The former system's database.

    Attributes:
        shown: Its address without a password; names it in jobs, logs and the operations database.
        url: The whole address.
        is_hidden: Whether even that has stars for a password, because it is what was shown of another one.
    """

    shown: str
    url: str = field(repr=False)
    is_hidden: bool = False


def known_source(settings: Settings, given: str | None) -> Source:
    """Return the source that somebody named, else the configured one. This process remembers its password.

    Args:
        settings: The configuration.
        given: A file, a SQLAlchemy URL, or what `Source.shown` said of one; None for the configured one.

    Raises:
        UsageError: The address makes no sense.
        ConfigurationError: None is named and none is configured, or its password is not known here.
    """
    if given is None:
        if settings.legacy_url is None:
            raise ConfigurationError("No former system is named.", advice=_NAME_IT)
        return _source(settings.legacy_url)
    source = _source(given)
    if not source.is_hidden:
        _given[source.shown] = source.url
        return source
    configured = _source(settings.legacy_url) if settings.legacy_url else None
    if configured is not None and configured.shown == source.shown:
        return configured
    if source.shown not in _given:
        raise ConfigurationError(f"The worker does not know the password for {source.shown}.", advice=_CONFIGURE)
    return Source(source.shown, _given[source.shown])


def checked_hours(hours: float) -> float:
    """Return the hours, if a comparison can look back so far.

    Raises:
        UsageError: It cannot.
    """
    if not 1 <= hours <= 100_000:
        raise UsageError(
            f"Comparing {hours:g} hours makes no sense. Give how far back to compare: 1 to 100000, such as 48."
        )
    return hours


def _source(text: str) -> Source:
    with ingest_errors_for_the_user():
        url = source_url(text)
    return Source(shown(url), url.render_as_string(hide_password=False), STARS in passwords_of(url))
