"""The command that serves the page."""

from __future__ import annotations

import sys

from streamlit_app.server import page_command


def test_the_page_is_served_on_loopback_to_its_own_names_only() -> None:
    command = page_command(8501)
    assert command[:4] == [sys.executable, "-m", "streamlit", "run"]
    assert {"--server.port=8501", "--server.address=127.0.0.1"} <= set(command)
    assert [option for option in command if "allowedHosts" in option] == [
        "--server.allowedHosts=localhost",
        "--server.allowedHosts=127.0.0.1",
    ]


def test_on_another_address_the_names_are_up_to_whoever_opens_it() -> None:
    assert not [option for option in page_command(8501, "0.0.0.0") if "allowedHosts" in option]
