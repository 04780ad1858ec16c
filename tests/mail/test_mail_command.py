from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from inbox import Inbox

from workflows.config.settings import PROJECT


def run(home: Path, *arguments: str, **environment: str) -> tuple[int, dict[str, Any]]:
    """The command `mail`: its exit code and its answer."""
    done = subprocess.run(
        [sys.executable, str(PROJECT / "orchestrate.py"), "mail", "--json", *arguments],
        capture_output=True,
        env={"SHIPLEDGER_HOME": str(home), "HOME": str(home), **environment},
    )
    return done.returncode, json.loads(done.stdout)


def test_a_test_mail_goes_out_and_the_outbox_lists_it(tmp_path: Path, inbox: Inbox, port: int) -> None:
    configured = {
        "SHIPLEDGER_SMTP_URL": f"smtp://127.0.0.1:{port}",
        "SHIPLEDGER_MAIL_FROM": "ledger@example.com",
        "SHIPLEDGER_MAIL_TO": "owner@example.com",
    }
    code, facts = run(tmp_path, "--test", **configured)
    assert (code, [mail["state"] for mail in facts["mails"]]) == (0, ["sent"])
    assert inbox.subjects("owner@example.com") == ["Shipledger: test of the mail server"]
    code, facts = run(tmp_path, "--retry", facts["mails"][0]["key"], **configured)
    assert code == 2
    assert "sent to everybody" in facts["error"]


def test_without_a_server_it_says_so(tmp_path: Path) -> None:
    assert run(tmp_path) == (0, {"is_on": False, "mails": []})
    code, facts = run(tmp_path, "--test")
    assert code == 78
    assert "SHIPLEDGER_SMTP_URL is not set" in facts["error"]
