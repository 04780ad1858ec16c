"""The command that serves the page."""

from __future__ import annotations

import sys

from streamlit_app.server import page_command, page_config


def test_the_page_is_served_on_loopback_to_its_own_names_only() -> None:
    assert page_command(8501)[0] == sys.executable
    assert page_command(8501)[2:] == ["8501", "127.0.0.1"]
    config = page_config(8501, "127.0.0.1", has_login=False)
    assert (config["server.port"], config["server.address"]) == (8501, "127.0.0.1")
    assert config["server.allowedHosts"] == ["localhost", "127.0.0.1"]


def test_behind_a_login_the_names_are_up_to_whoever_opens_it() -> None:
    assert "server.allowedHosts" not in page_config(8501, "0.0.0.0", has_login=True)


def test_what_goes_wrong_inside_and_what_is_shown_stay_between_the_page_and_its_reader() -> None:
    config = page_config(8501, "0.0.0.0", has_login=True)
    kept = {
        "client.showErrorDetails": "none",
        "client.disableDataExport": True,
        "server.enableXsrfProtection": True,
        "server.enableCORS": True,
        "server.enableStaticServing": False,
        "browser.gatherUsageStats": False,
    }
    assert {name: config[name] for name in kept} == kept
