"""A threshold is the same wherever it is shown or checked."""

from __future__ import annotations

from datetime import timedelta

import yaml

from streamlit_app.data import freshness
from workflows.config.settings import PROJECT
from workflows.config.thresholds import REBUILD_AFTER, STALE_AFTER


def test_dbt_and_the_page_agree_when_data_are_stale() -> None:
    text = (PROJECT / "dbt_project" / "models" / "staging" / "shipstation" / "sources.yml").read_text()
    [source] = yaml.safe_load(text)["sources"]
    error = source["config"]["freshness"]["error_after"]
    assert timedelta(**{f"{error['period']}s": error["count"]}) == STALE_AFTER
    assert freshness.STALE_AFTER == STALE_AFTER


def test_a_quiet_night_is_rebuilt_before_its_snapshot_is_stale() -> None:
    assert REBUILD_AFTER < STALE_AFTER
