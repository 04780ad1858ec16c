"""The server process of the page: `python streamlit_app/launch.py PORT ADDRESS`, see `server.page_command`."""

from __future__ import annotations

import importlib
import os
import secrets
import sys
from pathlib import Path
from typing import Any

_HERE = Path(__file__).resolve().parent
if str(_HERE.parent) not in sys.path:
    # Python puts only this file's own folder on the path.
    sys.path.insert(0, str(_HERE.parent))

import streamlit as st  # noqa: E402
from starlette.middleware import Middleware  # noqa: E402
from streamlit.logger import get_logger  # noqa: E402

# Streamlit warns for each cache that no server runs yet; this process is about to become it.
get_logger("streamlit.runtime.caching.cache_data_api").setLevel("ERROR")

from streamlit_app.auth.identity import login_method  # noqa: E402
from streamlit_app.auth.login_middleware import LoginMiddleware  # noqa: E402
from streamlit_app.auth.security_headers import SecurityHeaders  # noqa: E402
from streamlit_app.metrics import MetricsMiddleware  # noqa: E402
from streamlit_app.preload import preload  # noqa: E402
from streamlit_app.server import page_config  # noqa: E402
from workflows.page_api import (  # noqa: E402
    ConfigurationError,
    Settings,
    ShipledgerError,
    finish_interrupted_restore,
    read_settings,
)


def main(port: int, address: str) -> int:
    """Serve the page until stopped. Returns the exit code."""
    os.environ["SHIPLEDGER_ADDRESS"] = address
    try:
        settings = read_settings()
        finish_interrupted_restore(settings.home)
        kind = login_method()
        streamlit_secrets = _secrets(settings) if kind == "oidc" else None
    except ShipledgerError as problem:
        sys.stderr.write(f"{problem}\n")
        return problem.exit_code
    preload()
    page = st.App(
        _HERE / "app.py",
        secrets=streamlit_secrets,
        middleware=[
            Middleware(SecurityHeaders),
            Middleware(MetricsMiddleware, settings=settings, login=kind),
            *([Middleware(LoginMiddleware, settings=settings)] if kind == "password" else []),
        ],
    )
    page.run(config=page_config(port, address, has_login=kind is not None))
    return 0


def _secrets(settings: Settings) -> dict[str, Any] | None:
    """Return the secrets for `st.login`. The cookie key is new in each process: a restart logs everyone out."""
    if settings.oidc is None:
        return None
    try:
        importlib.import_module("authlib.integrations.starlette_client")
    except ImportError as problem:
        raise ConfigurationError(
            f"The login with OpenID Connect needs the library {problem.name}: install Streamlit's extra `auth`."
        ) from problem
    return {
        "auth": {
            "redirect_uri": f"{settings.oidc.page_url}/oauth2callback",
            "cookie_secret": secrets.token_hex(32),
            "client_id": settings.oidc.client_id,
            "client_secret": settings.oidc.client_secret,
            "server_metadata_url": settings.oidc.metadata_url,
        }
    }


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2]))
