"""In the home of a demo, every command works without an account, whether the demo still runs or not."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import CommandLine
from gates import edit_newest
from homes import settings_of

from sandbox import Sandbox
from sandbox.rowfiles import save_row_files, saved_row_files
from workflows.cli.demo_home import demo_rows, note_shipstation

NO_ACCOUNT = {
    "SHIPSTATION_API_KEY": "",
    "SHIPSTATION_API_SECRET": "",
    "SHIPSTATION_BASE_URL": "http://127.0.0.1:9",
}


@pytest.fixture
def demo(filled_own: CommandLine, own_business: Sandbox) -> CommandLine:
    """A home that a demo left, whose ShipStation has a change that was not read yet."""
    edit_newest(own_business, "cancelled")
    settings = settings_of(filled_own.home)
    (filled_own.home / "rehearsal").touch()
    save_row_files(own_business.book, note_shipstation(settings, "http://127.0.0.1:9"))
    return filled_own


def rows(home: Path) -> dict[str, list[bytes]]:
    return {
        name: sorted(path.read_bytes().splitlines())
        for name, path in saved_row_files(home / "demo-shipstation").items()
    }


def test_its_shipstation_is_started_for_a_command_and_keeps_its_rows(
    demo: CommandLine, own_business: Sandbox
) -> None:
    before, asked = rows(demo.home), len(own_business.requests.entries())
    synced = demo.run("sync", **NO_ACCOUNT)
    assert synced.code == 0, synced.errors
    assert synced.facts["orders_changed"] == 1
    assert demo.run("reconcile", "--since", demo.today().isoformat(), **NO_ACCOUNT).code == 0
    assert len(own_business.requests.entries()) == asked, "it was not the one of the fixture"
    assert rows(demo.home) == before
    assert before["orders"]


def test_its_status_asks_for_no_credentials(demo: CommandLine) -> None:
    alerts = [alert["message"] for alert in demo.run("status", **NO_ACCOUNT).facts["alerts"]]
    assert alerts
    assert [message for message in alerts if "credentials" in message] == []
    (demo.home / "rehearsal").unlink()
    without = [alert["message"] for alert in demo.run("status", **NO_ACCOUNT).facts["alerts"]]
    assert [message for message in without if "credentials" in message]


def test_one_that_runs_in_another_terminal_is_asked(demo: CommandLine, own_business: Sandbox) -> None:
    note_shipstation(settings_of(demo.home), own_business.url)
    asked = len(own_business.requests.entries())
    assert demo.run("sync", **NO_ACCOUNT).facts["orders_changed"] == 1
    assert len(own_business.requests.entries()) > asked


def test_an_account_is_never_loaded_into_it(demo: CommandLine, own_business: Sandbox) -> None:
    asked = len(own_business.requests.entries())
    refused = demo.run("sync")
    assert refused.code == 78
    assert "is the home of a demo" in refused.facts["error"]
    assert "SHIPLEDGER_HOME" in refused.facts["error"]
    assert len(own_business.requests.entries()) == asked
    (demo.home / "rehearsal").unlink()
    assert demo_rows(settings_of(demo.home)) is None
    assert demo.run("sync").facts["orders_changed"] == 1
    assert demo.run("sync", **NO_ACCOUNT).code == 78
