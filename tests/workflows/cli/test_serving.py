from __future__ import annotations

import sys
from pathlib import Path

import pytest

from workflows.cli.serving import page_environment, page_process
from workflows.config.settings_reader import read_settings


def test_the_page_learns_whether_there_are_credentials_but_not_which(tmp_path: Path) -> None:
    secrets = {
        "api_key": "the-key",
        "api_secret": "the-secret",
        "legacy_url": "postgresql://u:the-word@db/former",
        "backup_passphrase": "the-passphrase",
    }
    settings = read_settings({}).model_copy(update={"home": tmp_path, **secrets})
    environment = page_environment(settings)
    assert not {name for name, value in environment.items() for secret in secrets.values() if secret in value}
    known = read_settings(environment)
    assert (known.api_key, known.api_secret, known.legacy_url) == ("configured",) * 3
    nothing = page_environment(settings.model_copy(update={"api_key": None, "api_secret": None}))
    assert read_settings(nothing).api_key is None


def test_the_page_learns_the_mail_server_without_its_password() -> None:
    settings = read_settings({
        "SHIPLEDGER_SMTP_URL": "smtps://ledger:the-word@mail.example:465?starttls=off&password=the-word",
        "SHIPLEDGER_MAIL_FROM": "a@example.com",
        "SHIPLEDGER_MAIL_TO": "b@example.com",
    })  # fmt: skip
    assert page_environment(settings)["SHIPLEDGER_SMTP_URL"] == "smtps://mail.example:465?starttls=off"


def test_the_page_learns_the_host_of_the_webhook_and_not_its_secret() -> None:
    settings = read_settings({"SHIPLEDGER_WEBHOOK_URL": "https://hooks.example/services/the-word?key=the-word"})
    assert page_environment(settings)["SHIPLEDGER_WEBHOOK_URL"] == "https://hooks.example"


def test_the_page_does_not_get_the_files_of_secrets_it_does_not_need(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("the-secret\n")
    environment = {"SHIPSTATION_API_KEY": "key", "SHIPSTATION_API_SECRET_FILE": str(file)}
    settings = read_settings(environment)
    assert settings.api_secret == "the-secret"
    assert read_settings(environment | page_environment(settings)).api_secret == "configured"


def test_what_the_page_writes_to_standard_error_is_logged_where_the_log_is_json(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = read_settings({"SHIPLEDGER_HOME": str(tmp_path), "SHIPLEDGER_LOG_FORMAT": "json"})
    words = "import sys; sys.stderr.write('one\\ntwo \\x22quoted\\x22')"
    with page_process(settings, [sys.executable, "-c", words]) as process:
        process.wait()
    assert [(one.name, one.getMessage().strip()) for one in caplog.records] == [
        ("page", "one"),
        ("page", 'two "quoted"'),
    ]
