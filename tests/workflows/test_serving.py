from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from workflows.serving import page_environment
from workflows.settings import read_settings


def test_the_page_learns_whether_there_are_credentials_but_not_which(tmp_path: Path) -> None:
    settings = replace(read_settings({}), home=tmp_path, api_key="the-key", api_secret="the-secret")
    told = page_environment(settings)
    assert "the-key" not in told.values()
    assert "the-secret" not in told.values()
    assert read_settings(told).api_key
    nothing = page_environment(replace(settings, api_key=None, api_secret=None))
    assert read_settings(nothing).api_key is None
