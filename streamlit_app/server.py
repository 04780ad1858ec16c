"""The command line and the options of the page's server process."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path
from typing import Any

from workflows.page_api import LOOPBACK

_HERE = Path(__file__).resolve().parent


def page_command(port: int, address: str = LOOPBACK) -> list[str]:
    """Return the command that serves the page until it is stopped. It works from any directory.

    Args:
        port: TCP port to listen on.
        address: IP address to listen on; loopback by default.

    Returns:
        The argument vector. `/_stcore/health` answers 200 once the page is up. The process exits with 78 when
        the address is not loopback and no login is configured.
    """
    return [sys.executable, str(_HERE / "launch.py"), str(port), address]


def page_config(port: int, address: str, *, has_login: bool) -> dict[str, Any]:
    """Return Streamlit's options from `.streamlit/config.toml`, which Streamlit finds in its own directory only.

    Args:
        port: TCP port to listen on.
        address: IP address to listen on.
        has_login: Whether a login is configured. Without one, only requests for this address are answered.
    """
    config = tomllib.loads((_HERE / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    config["server"] |= {"port": port, "address": address}
    if not has_login:
        config["server"]["allowedHosts"] = allowed_hosts(address)
    themes = {f"theme.{name}": config["theme"].pop(name) for name in ("light", "dark")}
    return {
        f"{section}.{name}": value
        for section, options in (config | themes).items()
        for name, value in options.items()
    }


def allowed_hosts(address: str) -> list[str]:
    """Return the host names that a page without a login answers to.

    Under any name, a hostile site could reach the page by rebinding its own (DNS rebinding).
    """
    return ["localhost", address]
