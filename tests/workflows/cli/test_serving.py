from __future__ import annotations

from pathlib import Path

from workflows.cli.serving import page_environment
from workflows.config.settings import read_settings


def test_the_page_learns_whether_there_are_credentials_but_not_which(tmp_path: Path) -> None:
    secrets = {"api_key": "the-key", "api_secret": "the-secret", "legacy_url": "postgresql://u:the-word@db/former"}
    settings = read_settings({}).model_copy(update={"home": tmp_path, **secrets})
    environment = page_environment(settings)
    assert not {name for name, value in environment.items() for secret in secrets.values() if secret in value}
    known = read_settings(environment)
    assert (known.api_key, known.api_secret, known.legacy_url) == ("configured",) * 3
    nothing = page_environment(settings.model_copy(update={"api_key": None, "api_secret": None}))
    assert read_settings(nothing).api_key is None
