"""The OpenID Connect identity provider, from four variables of the environment."""

from __future__ import annotations

from dataclasses import dataclass, field

from workflows.errors import ConfigurationError

_VARIABLES = (
    "SHIPLEDGER_OIDC_METADATA_URL",
    "SHIPLEDGER_OIDC_CLIENT_ID",
    "SHIPLEDGER_OIDC_CLIENT_SECRET",
    "SHIPLEDGER_PAGE_URL",
)


@dataclass(frozen=True)
class Oidc:
    """An OpenID Connect identity provider."""

    metadata_url: str
    client_id: str
    client_secret: str = field(repr=False)
    page_url: str


def parse_oidc_settings(
    metadata_url: str | None, client_id: str | None, client_secret: str | None, page_url: str | None
) -> Oidc | None:
    """Return the identity provider; None when neither its metadata nor a client is configured.

    Raises:
        ConfigurationError: Only some of the four are given.
    """
    given = [(value or "").rstrip("/") for value in (metadata_url, client_id, client_secret, page_url)]
    if not given[0] and not given[1]:
        return None
    missing = [name for name, value in zip(_VARIABLES, given, strict=True) if not value]
    if missing:
        raise ConfigurationError(f"The login needs {' and '.join(missing)} too. Set it, or none of them.")
    return Oidc(*given)
