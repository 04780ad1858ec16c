"""What badges and alerts say of the runs, the stock and the data."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from streamlit_app.alerts import Alert, find_alerts
from streamlit_app.condition import build_badge, freshness, last_checked, running_badge, watermark
from streamlit_app.runs import RunLine

NOON = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)


def run(status: str = "success", minutes_ago: float = 1, **more: Any) -> RunLine:
    ended = NOON - timedelta(minutes=minutes_ago)
    finished = None if status in ("queued", "running") else ended
    return RunLine("run", "sync", status, "dana", ended - timedelta(seconds=8), finished, **more)


def alerts(**given: Any) -> list[Alert]:
    calm = {"stock": [], "exceptions": [], "runs": [run()], "has_credentials": True, "as_of": NOON, "now": NOON}
    return find_alerts(**{**calm, **given})


def test_data_are_fresh_for_a_quarter_of_an_hour_late_for_two_hours_then_stale() -> None:
    told = [freshness(NOON - timedelta(minutes=age), NOON) for age in (15, 16, 120, 121)]
    assert [(badge.text.split(",")[0], badge.tone) for badge in told] == [
        ("Fresh", "green"),
        ("Late", "orange"),
        ("Late", "orange"),
        ("Stale", "red"),
    ]


def test_a_cycle_that_found_nothing_new_keeps_the_data_fresh() -> None:
    published = NOON - timedelta(hours=3)
    assert last_checked(published, [run(minutes_ago=2)]) == NOON - timedelta(minutes=2)


def test_a_failed_cycle_does_not_keep_the_data_fresh() -> None:
    published = NOON - timedelta(hours=3)
    assert last_checked(published, [run("failed", 2)]) == published


def test_the_test_badge_is_green_after_a_publication_and_while_the_next_cycle_runs() -> None:
    badge = build_badge([run("running"), run(tests_passed=73)])
    assert (badge.text, badge.tone) == ("Tests green, 73 passed", "green")


def test_the_test_badge_is_red_after_a_red_build() -> None:
    badge = build_badge([run("failed", is_red=True, failed_tests=("unique_lots",)), run()])
    assert (badge.text, badge.tone) == ("Tests red, nothing published", "red")


def test_a_cancelled_run_says_nothing_of_the_data() -> None:
    assert build_badge([run("cancelled"), run()]).tone == "green"


def test_a_running_job_tells_its_step() -> None:
    assert (
        running_badge([run("running", step="models", done=58, total=73)]).text == "Sync running: models 58 of 73"
    )


def test_the_watermark_is_the_furthest_any_run_reached() -> None:
    reached = [NOON - timedelta(hours=hours) for hours in (5, 1, 9)]
    assert watermark([run(watermark=one) for one in reached]) == reached[1]


def test_nothing_needs_attention_when_all_is_well() -> None:
    assert alerts(stock=[{"alert_level": "normal"}]) == []


def test_the_failed_tests_of_a_red_build_are_named() -> None:
    (alert,) = alerts(runs=[run("failed", is_red=True, failed_tests=("unique_lots", "no_gap")), run()])
    assert (alert.severity, alert.title, alert.detail) == (
        "critical",
        "Build red, nothing published",
        "unique_lots, no_gap",
    )


def test_a_failed_run_tells_why() -> None:
    (alert,) = alerts(runs=[run("failed", error="ShipStation is out of reach."), run(minutes_ago=6)])
    assert (alert.title, alert.detail) == ("Last sync failed", "ShipStation is out of reach.")


def test_a_long_reason_does_not_push_the_other_alerts_away() -> None:
    (alert,) = alerts(runs=[run("failed", error="out of reach " * 90)])
    assert len(alert.detail) <= 200
    assert alert.detail.endswith("…")


def test_missing_credentials_and_stale_data_are_alerts() -> None:
    found = alerts(has_credentials=False, runs=[], as_of=NOON - timedelta(hours=3))
    assert [alert.title for alert in found] == ["No ShipStation credentials", "Data are stale"]


def test_alerts_come_the_worst_first() -> None:
    low = {"alert_level": "low", "product_name": "PPR Kit", "sku_code": "17914", "quantity_available": 1}
    critical = {**low, "alert_level": "critical", "product_name": "PT Kit", "sku_code": "17612"}
    stock = [{**row, "days_of_supply": days, "reorder_point": 50} for row, days in ((low, 20.9), (critical, None))]
    exceptions = [
        {"exception_type": "unassigned_lot", "severity": "info", "exception_count": 3},
        {"exception_type": "unknown_sku", "severity": "error", "exception_count": 1},
        {"exception_type": "something_new", "severity": "warning", "exception_count": 2},
    ]
    assert [(alert.severity, alert.title) for alert in alerts(stock=stock, exceptions=exceptions)] == [
        ("critical", "PT Kit: under its reorder point"),
        ("error", "1 line with an unknown SKU"),
        ("warning", "PPR Kit: 20 days of supply"),
        ("warning", "2 something new"),
        ("info", "3 shipments without a lot"),
    ]
