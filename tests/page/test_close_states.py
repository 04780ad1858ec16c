"""What the three buttons know of their closes: the newest version, a failure since, and which files are shown."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from streamlit_app.data import close_status
from streamlit_app.data.close_status import close_states, report_files
from streamlit_app.data.run_list import Run
from workflows.config.settings import Settings
from workflows.config.settings_reader import read_settings
from workflows.entries.close_log import Close, record_close

FRIDAY = date(2025, 10, 3)
AT = datetime(2025, 10, 3, 22, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return read_settings({"SHIPLEDGER_HOME": str(tmp_path)})


def closed(settings: Settings, period: str, version: int = 1, **changes: Any) -> Close:
    given: dict[str, Any] = {"kind": "eod", "period": period, "version": version, "run_id": f"{period} {version}"}
    given |= {"actor": "Dana", "closed_at": AT, "snapshot": "s.duckdb", "facts": {}}
    close = Close(**(given | changes))
    record_close(settings.operations, close)
    return close


def ran(status: str, at: datetime, kind: str = "eod") -> Run:
    return Run(f"run {at}", kind, status, "Dana", at, at, None, None)


def run_shown(settings: Settings, monkeypatch: pytest.MonkeyPatch, *runs: Run) -> list[str | None]:
    monkeypatch.setattr(close_status, "runs_of", lambda *_: runs)
    return [state.run and state.run.status for state in close_states(settings, FRIDAY)]


def test_the_newest_version_of_the_period_asked_for_is_shown_and_the_last_close_of_any(settings: Settings) -> None:
    closed(settings, "2025-10-03", 1)
    second = closed(settings, "2025-10-03", 2)
    other = closed(settings, "2025-10-02", 1)
    day, week, month = close_states(settings, FRIDAY)
    assert (day.done, day.last, week.done, month.last) == (second, other, None, None)
    assert [state.period and state.period.name for state in (day, week, month)] == [
        "2025-10-03",
        "2025-09-29",
        "2025-10",
    ]


@pytest.mark.parametrize("status", ["failed", "cancelled"])
def test_a_failed_run_is_shown_until_a_later_one_has_closed(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, status: str
) -> None:
    assert run_shown(settings, monkeypatch, ran(status, AT)) == [status, None, None]
    closed(settings, "2025-10-03")
    before, after = AT - timedelta(minutes=1), AT + timedelta(minutes=1)
    assert run_shown(settings, monkeypatch, ran(status, before)) == [None, None, None]
    assert run_shown(settings, monkeypatch, ran(status, after), ran("success", before)) == [status, None, None]
    assert run_shown(settings, monkeypatch, ran("success", after), ran(status, before)) == [None, None, None]


@pytest.mark.parametrize("status", ["queued", "running"])
def test_an_open_run_is_shown_whatever_was_closed_before(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, status: str
) -> None:
    closed(settings, "2025-10-03")
    assert run_shown(settings, monkeypatch, ran(status, AT - timedelta(days=1), "eow")) == [None, status, None]


def test_only_a_closes_own_files_can_be_downloaded_and_those_that_are_gone_are_left_out(
    settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "reports" / "eod").mkdir(parents=True)
    for name in ("reports/eod/b.pdf", "reports/eod/a.xlsx", "operations.sqlite"):
        (tmp_path / name).write_text("x")
    names = [
        "reports/eod/b.pdf",
        "reports/eod/gone.pdf",
        "reports/../operations.sqlite",
        "reports/eod",
        "/etc/passwd",
    ]
    close = closed(settings, "2025-10-03", facts={"reports": [*names, "reports/eod/a.xlsx"]})
    assert [file.name for file in report_files(settings, close)] == ["b.pdf", "a.xlsx"]
    assert report_files(settings, closed(settings, "2025-10-04")) == []


def _closes() -> None:
    from datetime import date

    from streamlit_app.components.close_cards import show_closes
    from workflows.page_api import read_settings

    show_closes(read_settings(), date(2025, 10, 3))


def test_a_card_names_the_last_close_in_the_style_of_the_locale(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed(settings, "2025-10-02")
    closed(settings, "2025-09-22", kind="eow")
    closed(settings, "2025-09", kind="eom")
    monkeypatch.setenv("SHIPLEDGER_HOME", f"{tmp_path}")
    monkeypatch.setenv("SHIPLEDGER_USERS", f"{tmp_path / 'no-users.toml'}")
    monkeypatch.setenv("SHIPLEDGER_LOCALE", "de-DE")
    tab = AppTest.from_function(_closes, default_timeout=60).run()
    assert not tab.exception
    captions = [one.value.replace("\\", "") for one in tab.caption]
    assert [text.partition(", Fr.")[0] for text in captions if text.startswith("Last closed")] == [
        "Last closed: 02.10.2025",
        "Last closed: 22.–28. Sept. 2025",
        "Last closed: September 2025",
    ]
    assert "Close the day: Fr., 3. Okt." in [button.label for button in tab.button]
