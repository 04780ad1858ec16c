"""A login that is rejected in the middle of a run: once is a hiccup, twice ends the command with 78."""

from __future__ import annotations

import pytest
from command_line import CommandLine

from sandbox import Fault, Sandbox


@pytest.mark.parametrize("status", [401, pytest.param(403, marks=pytest.mark.long)])
def test_once_is_a_hiccup_and_twice_ends_the_run_with_78(
    filled_own: CommandLine, own_business: Sandbox, status: int
) -> None:
    own_business.faults.add(Fault("/shipments", status=status, times=1))
    assert filled_own.run("sync").code == 0
    own_business.faults.clear()
    own_business.faults.add(Fault("/fulfillments", status=status))
    own_business.requests.reset()
    answer = filled_own.run("sync")
    assert answer.code == 78
    assert "SHIPSTATION_API_KEY" in answer.facts["error"]
    assert [entry.path for entry in own_business.requests.entries()][-2:] == ["/fulfillments"] * 2
