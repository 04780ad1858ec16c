"""How the page's process is started."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Any

_HERE = Path(__file__).resolve().parent


def page_command(port: int, address: str = "127.0.0.1") -> list[str]:
    """The command that serves the page until it is stopped, from any directory, in the environment it is given.

    Args:
        port: TCP port to listen on.
        address: IP address to listen on; loopback by default, and then no other host name is answered.

    Returns:
        The argument vector, this interpreter first. `/_stcore/health` answers 200 once the page is up.
    """
    config = tomllib.loads((_HERE / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    if ip_address(address).is_loopback:
        # No other name may reach a page that asks for no login, as a hostile site's could by rebinding its own.
        config["server"]["allowedHosts"] = ["localhost", address]
    options = [f"--{name}={value}" for name, value in _flatten(config)]
    return [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        str(_HERE / "app.py"),
        f"--server.port={port}",
        f"--server.address={address}",
        *options,
    ]


def _flatten(config: dict[str, dict[str, Any]]) -> Iterator[tuple[str, str]]:
    for section, options in config.items():
        for name, value in options.items():
            for one in value if isinstance(value, list) else [value]:
                yield f"{section}.{name}", _text(one)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
