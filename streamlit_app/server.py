"""How the page's process is started."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path
from typing import Any

from workflows.page_api import LOOPBACK

_HERE = Path(__file__).resolve().parent


def page_command(port: int, address: str = LOOPBACK) -> list[str]:
    """The command that serves the page until it is stopped, from any directory, in the environment it is given.

    Args:
        port: TCP port to listen on.
        address: IP address to listen on; loopback by default.

    Returns:
        The argument vector, this interpreter first. `/_stcore/health` answers 200 once the page is up. It
        ends with the contract's exit code when the address is not loopback and no login is configured.
    """
    return [sys.executable, str(_HERE / "launch.py"), str(port), address]


def page_config(port: int, address: str, *, has_login: bool) -> dict[str, Any]:
    """Streamlit's options, whatever the directory the process is started in.

    Args:
        port: TCP port to listen on.
        address: IP address to listen on.
        has_login: Whether one must log in; else no other host name than loopback's is answered.
    """
    config = tomllib.loads((_HERE / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    config["server"] |= {"port": port, "address": address}
    if not has_login:
        # No other name may reach a page that asks for no login, as a hostile site's could by rebinding its own.
        config["server"]["allowedHosts"] = ["localhost", address]
    return {f"{section}.{name}": value for section, options in config.items() for name, value in options.items()}
