"""The watermark of `status` and alerts is that of the last read that was loaded, whatever failed afterwards."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from command_line import CommandLine
from gates import edit_newest
from homes import lose_an_order
from own_worker import done, working

from sandbox import Fault, Sandbox
from workflows.config.settings import Settings
from workflows.config.settings_reader import read_settings
from workflows.cycle.published_state import read_published
from workflows.errors import BuildFailed, OutOfReach
from workflows.jobs.client import JobClient
from workflows.monitoring.condition_checks import SystemState
from workflows.monitoring.system_state import read_system_state


@pytest.mark.long
def test_after_a_red_build_and_a_failed_sync_the_watermark_is_that_of_the_last_read_that_was_loaded(
    filled_own: CommandLine, own_business: Sandbox
) -> None:
    settings = read_settings(filled_own.environment())
    with working(settings) as jobs:
        before = done(jobs, "sync").result
        assert before is not None
        assert before["watermark_after"] == known(settings, jobs)
        edit_newest(own_business, "on_hold")
        lose_an_order(filled_own.home)
        red = done(jobs, "sync")
        assert isinstance(red.error, BuildFailed), red.error
        loaded = jobs.finished_steps(red.run_id)["load"]
        assert loaded["watermark_after"] > before["watermark_after"]
        assert known(settings, jobs) == loaded["watermark_after"], "it was loaded, though nothing was published"
        own_business.faults.add(Fault("/orders", status=500))
        assert isinstance(done(jobs, "sync").error, OutOfReach)
        assert known(settings, jobs) == loaded["watermark_after"]
        assert state_of(settings, jobs).failed_tests == red.error.failed, "nothing was built since"


def known(settings: Settings, jobs: JobClient) -> datetime | None:
    return state_of(settings, jobs).watermark


def state_of(settings: Settings, jobs: JobClient) -> SystemState:
    return read_system_state(settings, jobs, read_published(settings), datetime.now(UTC))
