from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from inbox import Inbox, free_port, serving

from workflows.config.settings import Settings
from workflows.config.settings_reader import read_settings


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def inbox(port: int) -> Iterator[Inbox]:
    kept = Inbox()
    with serving(kept, port):
        yield kept


@pytest.fixture
def configured(tmp_path: Path, port: int) -> Callable[..., Settings]:
    """Settings of a home that sends through the port's server."""

    def read(url: str = f"smtp://127.0.0.1:{port}", to: str = "owner@example.com") -> Settings:
        (tmp_path / "home").mkdir(exist_ok=True)
        return read_settings(
            {
                "SHIPLEDGER_HOME": str(tmp_path / "home"),
                "SHIPLEDGER_SMTP_URL": url,
                "SHIPLEDGER_MAIL_FROM": "ledger@example.com",
                "SHIPLEDGER_MAIL_TO": to,
            }
        )

    return read


@pytest.fixture
def settings(configured: Callable[..., Settings]) -> Settings:
    return configured()


@pytest.fixture
def report(settings: Settings) -> Path:
    path = settings.home / "reports" / "eow" / "weekly.pdf"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"%PDF-1.7\n.\r\n..\n" + bytes(range(256)) * 40)
    return path
