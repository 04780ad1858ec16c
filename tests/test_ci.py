"""CI runs what a developer runs: make targets that exist, with actions of known commits."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

PROJECT = Path(__file__).parents[1]
JOBS: dict[str, dict[str, Any]] = yaml.safe_load((PROJECT / ".github/workflows/ci.yml").read_text())["jobs"]
STEPS = [(name, step) for name, job in JOBS.items() for step in job["steps"]]


@pytest.mark.parametrize("uses", sorted({step["uses"] for _, step in STEPS if "uses" in step}))
def test_an_action_is_pinned_by_its_commit(uses: str) -> None:
    assert re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", uses)


@pytest.mark.parametrize(("job", "command"), [(name, step["run"]) for name, step in STEPS if "run" in step])
def test_a_job_runs_a_make_target_that_exists_or_builds_the_image(job: str, command: str) -> None:
    if job == "image":
        assert command == "docker build --tag shipledger ."
        return
    make, target = command.split()
    assert make == "make"
    subprocess.run([make, "--dry-run", target], cwd=PROJECT, capture_output=True, check=True)


def test_the_tests_and_the_package_are_tried_on_every_python_that_is_promised() -> None:
    for name in ("tests", "package"):
        assert JOBS[name]["strategy"]["matrix"]["python"] == ["3.11", "3.12", "3.13"]


def test_the_clean_clone_runs_the_same_as_the_jobs_do() -> None:
    """`.ci/run` is `make test`, which is what the jobs lint and tests run."""
    assert (PROJECT / ".ci/run").read_text().rstrip().endswith("exec make test")
    [test] = re.findall(r"^test: (.*)$", (PROJECT / "Makefile").read_text(), re.MULTILINE)
    assert test.split() == [JOBS[name]["steps"][-1]["run"].removeprefix("make ") for name in ("lint", "tests")]
