"""What the badges say of the runs and the data."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from streamlit_app.data.freshness import build_badge, freshness, last_checked, open_job, running_badge, watermark
from streamlit_app.data.run_list import Run

NOON = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)


def run(status: str = "success", minutes_ago: float = 1, **more: Any) -> Run:
    ended = NOON - timedelta(minutes=minutes_ago)
    finished = None if status in ("queued", "running") else ended
    return Run("run", "sync", status, "dana", ended - timedelta(seconds=8), finished, **more)


def test_data_are_fresh_for_a_quarter_of_an_hour_late_for_two_hours_then_stale() -> None:
    badges = [freshness(NOON - timedelta(minutes=age), NOON) for age in (15, 16, 120, 121)]
    assert [(badge.text.split(",")[0], badge.tone) for badge in badges] == [
        ("Fresh", "green"),
        ("Late", "orange"),
        ("Late", "orange"),
        ("Stale", "red"),
    ]


def test_data_are_late_when_three_syncs_in_a_row_brought_nothing_however_often_one_is_due() -> None:
    tones = [freshness(NOON - timedelta(minutes=age), NOON, sync_minutes=30).tone for age in (90, 91)]
    assert tones == ["green", "orange"]


def test_a_cycle_that_found_nothing_new_keeps_the_data_fresh() -> None:
    published = NOON - timedelta(hours=3)
    assert last_checked(published, [run(minutes_ago=2)]) == NOON - timedelta(minutes=2)


def test_a_failed_cycle_does_not_keep_the_data_fresh() -> None:
    published = NOON - timedelta(hours=3)
    assert last_checked(published, [run("failed", 2)]) == published


def test_the_test_badge_is_green_after_a_publication_and_while_the_next_cycle_runs() -> None:
    badge = build_badge([run("running"), run(tests_passed=73)])
    assert (badge.text, badge.tone) == ("73 tests passed", "green")


def test_the_test_badge_is_red_after_a_red_build() -> None:
    badge = build_badge([run("failed", is_failed_build=True, failed_tests=("unique_lots",)), run()])
    assert (badge.text, badge.tone) == ("Build failed, nothing published", "red")


def test_a_cancelled_run_says_nothing_of_the_data() -> None:
    assert build_badge([run("cancelled"), run()]).tone == "green"


def test_the_badge_of_a_running_job_has_its_step_and_the_time_left_by_earlier_runs() -> None:
    running = run("running", step="models", done=58, total=73)  # since 68 s
    assert running_badge(running, None, NOON).text == "Sync running: models 58 of 73"
    assert running_badge(running, 80, NOON).text == "Sync running: models 58 of 73, about 12 s left"
    assert running_badge(run("running"), 60, NOON).text == "Sync running: 0 %, longer than usual"
    assert running_badge(run("queued"), 80, NOON).text == "Sync queued: 0 %"
    assert running_badge(None, None, NOON).text == "Idle"


def test_the_badge_is_of_the_running_job_else_of_the_one_that_is_queued_first() -> None:
    newest, first, running = run("queued"), run("queued", 2), run("running", 3)
    assert open_job([newest, first, running, run()]) is running
    assert open_job([newest, first, run()]) is first
    assert open_job([run()]) is None


def test_the_watermark_is_the_furthest_any_run_reached() -> None:
    reached = [NOON - timedelta(hours=hours) for hours in (5, 1, 9)]
    assert watermark([run(watermark=one) for one in reached]) == reached[1]
