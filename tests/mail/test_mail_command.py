from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from homes import settings_of
from inbox import Inbox, free_port

from workflows.config.home_directory import prepare_home
from workflows.config.settings import PROJECT
from workflows.mail import deliver_outbox, queue_mail, read_outbox
from workflows.monitoring.status import read_status


def run(home: Path, *arguments: str, **environment: str) -> tuple[int, dict[str, Any]]:
    """The command `mail`: its exit code and its answer."""
    done = subprocess.run(
        [sys.executable, str(PROJECT / "orchestrate.py"), "mail", "--json", *arguments],
        capture_output=True,
        env={"SHIPLEDGER_HOME": str(home), "HOME": str(home), **environment},
        # A command works from any directory.
        cwd=home,
    )
    return done.returncode, json.loads(done.stdout)


def configured(port: int) -> dict[str, str]:
    return {
        "SHIPLEDGER_SMTP_URL": f"smtp://127.0.0.1:{port}",
        "SHIPLEDGER_MAIL_FROM": "ledger@example.com",
        "SHIPLEDGER_MAIL_TO": "owner@example.com",
    }


def test_a_test_mail_goes_out_and_the_outbox_lists_it(tmp_path: Path, inbox: Inbox, port: int) -> None:
    code, facts = run(tmp_path, "--test", **configured(port))
    assert (code, [mail["state"] for mail in facts["mails"]]) == (0, ["sent"])
    assert inbox.subjects("owner@example.com") == ["Shipledger: test of the mail server"]
    code, facts = run(tmp_path, "--retry", facts["mails"][0]["key"], **configured(port))
    assert code == 2
    assert "sent to everybody" in facts["error"]


def test_a_test_sends_nothing_else_of_the_outbox(tmp_path: Path, inbox: Inbox, port: int) -> None:
    settings = settings_of(tmp_path, **configured(port))
    prepare_home(settings)
    queue_mail(settings, "eow:2026-11-16:v1", "The week", "It is closed.", [])
    code, facts = run(tmp_path, "--test", **configured(port))
    assert (code, [mail["subject"] for mail in facts["mails"]]) == (0, ["Shipledger: test of the mail server"])
    assert inbox.subjects("owner@example.com") == ["Shipledger: test of the mail server"]
    assert [mail.state for mail in read_outbox(settings, "eow:2026-11-16:v1")] == ["waiting"]


def test_a_test_that_fails_says_so_and_is_neither_tried_again_nor_an_alert(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, **configured(free_port()))
    code, facts = run(tmp_path, "--test", **configured(free_port()))
    assert (code, [mail["state"] for mail in facts["mails"]]) == (1, ["given up"])
    assert deliver_outbox(settings, datetime.now(UTC) + timedelta(days=1)) == []
    assert not [one for one in read_status(settings)["alerts"] if "mail" in one["message"]]


def test_a_test_and_a_retry_are_two_commands(tmp_path: Path) -> None:
    code, facts = run(tmp_path, "--test", "--retry", "eow:2026-11-16:v1")
    assert code == 2
    assert "not both" in facts["error"]


def test_without_a_server_it_says_so(tmp_path: Path) -> None:
    assert run(tmp_path) == (0, {"is_on": False, "mails": []})
    code, facts = run(tmp_path, "--test")
    assert code == 78
    assert "Set SHIPLEDGER_SMTP_URL" in facts["error"]
