from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from command_line import CommandLine
from gates import open_gates
from homes import record_a_warm_build, settings_of

from sandbox import BusinessPlan, Sandbox, SandboxSettings, generate_business

WEEKS = 6
# One instant for all: two businesses that end minutes apart on a working day are not the same.
_NOW = datetime.now(UTC)


@pytest.fixture(scope="session")
def business() -> Iterator[Sandbox]:
    """A small generated business that does not trade by itself; tests that edit it make their own."""
    with sandbox_with_business() as running:
        yield running


@pytest.fixture
def own_business() -> Iterator[Sandbox]:
    """The same for a test that edits it, or injects faults."""
    with sandbox_with_business() as running:
        yield running
        open_gates()


def sandbox_with_business() -> Sandbox:
    book = generate_business(BusinessPlan(end=_NOW, weeks=WEEKS, orders_per_day=12))
    return Sandbox(SandboxSettings(rate_limit=1_000_000, trade_every_seconds=0), book)


@pytest.fixture(scope="session")
def built_home(business: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with all of the business loaded, built and published; copied by the tests, never written."""
    home = tmp_path_factory.mktemp("built") / "home"
    since = (datetime.now(UTC) - timedelta(weeks=WEEKS + 1)).date().isoformat()
    line = CommandLine(home, business.url)
    answer = line.run("backfill", "--since", since)
    assert answer.code == 0, answer.errors
    record_a_warm_build(settings_of(home))
    return home


@pytest.fixture
def filled(built_home: Path, business: Sandbox, tmp_path: Path) -> CommandLine:
    """The command line on a copy of the built home, with the shared business."""
    return CommandLine(copy_of(built_home, tmp_path), business.url)


@pytest.fixture
def filled_own(built_home: Path, own_business: Sandbox, tmp_path: Path) -> CommandLine:
    """The command line on a copy of the built home, with a business of its own (the same rows)."""
    return CommandLine(copy_of(built_home, tmp_path), own_business.url)


def copy_of(home: Path, folder: Path) -> Path:
    return Path(shutil.copytree(home, folder / "home", symlinks=True))
