"""How far a job is, in one line and in per cent."""

from __future__ import annotations

import io
from typing import Any

import pytest

from workflows.jobs.client import Job
from workflows.jobs.progress import CommandProgress, describe, percent


def job(kind: str = "eod", status: str = "running", **progress: Any) -> Job:
    return Job("run", kind, status, "mary", None, None, None, {}, None, None, progress)


@pytest.mark.parametrize(
    ("progress", "part"),
    [
        ({}, None),
        ({"step": "orders", "done": 500, "total": 0}, None),
        ({"step": "orders", "done": 0, "total": 4000}, 0),
        ({"step": "orders", "done": 1999, "total": 4000}, 49),
        ({"step": "orders", "done": 4000, "total": 4000}, 99),
        ({"done": 2, "total": 7, "within": ("models", 45, 90)}, 35),
        ({"done": 2, "total": 7, "within": ("models", 90, 90)}, 42),
        ({"done": 2, "total": 7, "within": ("models", 91, 90)}, 42),
        ({"done": 2, "total": 7, "within": ("models", 45, 0)}, 28),
        ({"done": 2, "total": 7, "within": None}, 28),
    ],
)
def test_steps_count_alike_and_the_one_under_way_by_what_it_tells(
    progress: dict[str, Any], part: int | None
) -> None:
    assert percent(job(**progress)) == part


@pytest.mark.parametrize(
    ("shown_job", "line"),
    [
        (job(status="queued", step="orders", done=1, total=2), "eod: queued"),
        (job(), "eod: running"),
        (job("sync", step="orders", done=1500, total=4000), "sync: orders 1500 of 4000"),
        (job("sync", step="orders", done=1500, total=0), "sync: orders 1500"),
        (job(step="build and test", done=1, total=7, finished=["read ShipStation"]), "eod: build and test, 14 %"),
        (job(step="read ShipStation", done=0, total=7, finished=[]), "eod: read ShipStation, 0 %"),
    ],
)
def test_a_job_is_one_line(shown_job: Job, line: str) -> None:
    assert describe(shown_job) == line


def lines(terminal: io.StringIO) -> list[str]:
    return [line.rstrip() for line in terminal.getvalue().split("\r") if line.strip()]


def test_a_step_has_a_bar_and_once_it_is_known_its_rate_and_the_time_left() -> None:
    terminal, now = Terminal(), 100.0
    with CommandProgress(terminal, clock=lambda: now) as progress:
        for step, done in (("orders", 1000), ("orders", 1200), ("orders", 3000), ("labels", 10)):
            progress.show(job("backfill", step=step, done=done, total=4000))
            now += 1.5
    assert lines(terminal) == [
        "backfill: orders 1000 of 4000 [####            ]",
        "backfill: orders 1200 of 4000 [####            ]",
        "backfill: orders 3000 of 4000 [############    ] 667/s, 0:02 left",
        "backfill: labels 10 of 4000 [                ]",
    ]


def test_a_close_has_its_time_left_by_the_share_that_is_done() -> None:
    terminal, now = Terminal(), 0.0
    with CommandProgress(terminal, clock=lambda: now) as progress:
        for done in (0, 2, 4):
            progress.show(job(step="build and test", done=done, total=8, finished=[]))
            now += 60
    assert lines(terminal) == [
        "eod: build and test, 0 % [                ]",
        "eod: build and test, 25 % [####            ] 3:00 left",
        "eod: build and test, 50 % [########        ] 2:00 left",
    ]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_elsewhere_a_plain_line_says_now_and_then_how_far_it_is_and_a_short_job_says_nothing() -> None:
    log, now = io.StringIO(), 100.0
    with CommandProgress(log, clock=lambda: now) as progress:
        for seconds, done in ((29.9, 1000), (0.1, 1300), (29.9, 2000), (30.1, 2500)):
            now += seconds
            progress.show(job("backfill", step="orders", done=done, total=4000))
    assert log.getvalue() == "backfill: orders 1300 of 4000\nbackfill: orders 2500 of 4000 25/s, 1:00 left\n"


def test_a_terminal_shows_each_state_once_in_one_line_and_nothing_is_left_of_it() -> None:
    terminal = Terminal()
    with CommandProgress(terminal) as progress:
        for done in (1, 1, 2):
            progress.show(job("sync", step="x" * 100, done=done, total=3))
    shown = terminal.getvalue().split("\r")
    assert shown == ["", "sync: " + "x" * 73, " " * 79, ""]
    with CommandProgress(terminal):
        pass
    assert terminal.getvalue().split("\r") == shown
