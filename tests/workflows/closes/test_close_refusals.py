"""A close that cannot be done closes nothing, fails no check, and is not offered again until it can be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import duckdb
import pytest
from command_line import CommandLine
from own_worker import done, working

from sandbox import Sandbox
from workflows.closes.readiness import retry_job
from workflows.config.job_kinds import CLOSES
from workflows.config.settings_reader import read_settings
from workflows.cycle.published_state import read_published
from workflows.entries.close_log import recent_closes
from workflows.errors import CloseRefused
from workflows.monitoring.system_state import read_system_state


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("eod", "--date", "2025-09-19"), "The first that can be closed: `eod --date 2025-09-20`."),
        (("eow", "--date", "2999-01-01"), "can be closed from Friday, 2999-01-04 on"),
        (("eom", "--date", "2025-09-30"), "`--incomplete` closes it anyway; then every page says so."),
        (("eod", "--date", "2025-09-31"), "'2025-09-31' is no date."),
        (("eow", "--date", "9999-12-31"), "'9999-12-31' is too far away: use a day of the years 1970 to 2999."),
    ],
)
def test_a_date_that_cannot_be_closed_is_one_sentence_with_what_can_be_done_and_exit_code_2(
    filled: CommandLine, words: tuple[str, ...], sentence: str
) -> None:
    answer = filled.run(*words)
    assert (answer.code, answer.facts["exit_code"], answer.facts["run_id"]) == (2, 2, None)
    assert sentence in answer.facts["error"]


def test_a_watermark_lost_after_a_close_was_queued_refuses_it_once_it_has_read_and_leaves_nothing_behind(
    filled_own: CommandLine,
) -> None:
    settings = read_settings(filled_own.environment())
    last_month = settings.today().replace(day=1) - timedelta(days=1)
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute("delete from raw_shipstation.watermarks; delete from raw_shipstation.read_spans")
    with working(settings) as jobs:
        refused = done(jobs, "eom", date=last_month.isoformat(), incomplete=False)
        assert isinstance(refused.error, CloseRefused), refused.error
        assert "`backfill --since 2025-09-19 --until" in str(refused.error)
        state = read_system_state(settings, jobs, read_published(settings), datetime.now(UTC))
        assert state.failures == []
        with pytest.raises(CloseRefused, match="backfill --since 2025-09-19"):
            retry_job(settings, jobs, refused.run_id, "joe")
        of_an_earlier_release = done(jobs, "eom", date=last_month.isoformat())
        with pytest.raises(CloseRefused, match="`eom --date` with one of its days"):
            retry_job(settings, jobs, of_an_earlier_release.run_id, "joe")
        assert [job.run_id for job in jobs.jobs(kinds=("eom",))] == [of_an_earlier_release.run_id, refused.run_id]
    assert [recent_closes(settings.operations, kind) for kind in CLOSES] == [[], [], []]
    assert not (settings.home / "reports").exists()


@pytest.mark.parametrize("days", [-1, 1])
def test_a_machine_whose_clock_is_a_day_wrong_closes_nothing_until_it_is_set(
    filled_own: CommandLine, own_business: Sandbox, days: int
) -> None:
    own_business.clock.set_skew(timedelta(days=days).total_seconds())
    refused = filled_own.run("eod")
    assert refused.code == 2
    assert "Set the machine's clock, then close again." in refused.facts["error"]
    assert recent_closes(filled_own.home / "operations.sqlite", "eod") == []


def test_the_week_in_which_the_ledger_begins_is_closed_incomplete_without_the_days_before_it(
    filled: CommandLine,
) -> None:
    refused = filled.run("eow", "--date", "2025-09-19")
    assert "`--incomplete` closes it anyway" in refused.facts["error"]
    closed = filled.run("eow", "--date", "2025-09-19", "--incomplete")
    assert closed.code == 0, closed.errors
    assert (closed.facts["period"], closed.facts["closed_before"]) == ("2025-09-15", [])
    assert "INCOMPLETE, 2025-09-15 to 2025-09-19 is not loaded" in closed.facts["summary"]
