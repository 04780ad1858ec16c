"""A process killed at each line of a hand-over, and at others of a delivery.

The mail arrives once, or it is shown that nobody can say.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from inbox import Inbox

from workflows.config.settings import PROJECT
from workflows.config.settings_reader import read_settings
from workflows.mail import read_outbox


def test_a_mail_whose_delivery_was_killed_arrives_once_or_is_shown_as_uncertain(
    tmp_path: Path, inbox: Inbox, port: int
) -> None:
    environment = {
        "SHIPLEDGER_HOME": str(tmp_path),
        "SHIPLEDGER_SMTP_URL": f"smtp://127.0.0.1:{port}",
        "SHIPLEDGER_MAIL_FROM": "ledger@example.com",
        "SHIPLEDGER_MAIL_TO": "owner@example.com",
        "PYTHONPATH": str(PROJECT),
    }
    program = Path(__file__).with_name("crashing.py")
    subprocess.run([sys.executable, str(program)], check=True, env=environment)
    states = {delivery.subject: delivery.state for delivery in read_outbox(read_settings(environment))}
    arrived = inbox.subjects("owner@example.com")
    uncertain = {subject for subject, state in states.items() if state == "uncertain"}
    assert len(states) > 20
    assert len(arrived) == len(set(arrived)), "no mail arrived twice"
    assert set(states) - set(arrived) <= uncertain, "none is missing but those of which it is said"
    assert {state for subject, state in states.items() if subject not in uncertain} == {"sent"}
    assert 0 < len(uncertain) <= len(states) / 2
