"""The environment in which dbt runs in the worker, whose other threads read it meanwhile."""

from __future__ import annotations

import os
import sys
from typing import Any

import pytest

from workflows.cycle.dbt_invocation import invoke_dbt

WRITES = ("os.putenv", "os.unsetenv")


def test_a_build_after_the_first_leaves_the_environment_where_it_is(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    # To write it can move it, and a thread in C code that reads it then ends the process.
    monkeypatch.setenv("SHIPLEDGER_HOME", "/another")
    written: list[Any] = []
    sys.addaudithook(lambda event, given: written.append(given[0]) if event in WRITES else None)
    variables = {"SHIPLEDGER_HOME": "/home/of/one", "SHIPLEDGER_REFERENCE": ""}
    assert invoke_dbt(["--help"], variables).success
    assert {os.environ[name] for name in variables} == {"/home/of/one", ""}
    first = len(written)
    assert invoke_dbt(["--help"], variables).success
    assert len(written) == first
    assert "build" in capfd.readouterr().out
