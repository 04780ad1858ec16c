"""For the whole run: the builds that dbt did once, and the order of the files.

What builds and what waits goes first, so that all test processes end together.
"""

from __future__ import annotations

import atexit
import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from shared_dbt import RECORDINGS
from shared_dlt import one_look_for_each_setting

_SHORT = ("mail", "reports", "ingest", "sandbox", "tests")
_MEMORY, _NEEDED = Path("/dev/shm"), 6 * 2**30


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        if _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _NEEDED:
            # A disk confirms each of a hundred thousand transactions some milliseconds later.
            os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_MEMORY))
        os.environ[RECORDINGS] = tempfile.mkdtemp(prefix="recordings-")


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        shutil.rmtree(os.environ.pop(RECORDINGS))


@pytest.fixture(autouse=True)
def _environment() -> Iterator[None]:
    """Take back what a test did to the environment: a worker sets variables for dbt, and leaves them."""
    before = dict(os.environ)
    yield
    if os.environ != before:
        os.environ.clear()
        os.environ.update(before)


@pytest.fixture(scope="session", autouse=True)
def _dlt() -> Iterator[None]:
    with one_look_for_each_setting():
        yield


def pytest_collection_finish() -> None:
    # The collector would look at every imported object again and again.
    gc.collect()
    gc.freeze()
    # A library reports what is still frozen at the end as leaked.
    atexit.register(gc.unfreeze)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: _place(item.path))


def _place(file: Path) -> tuple[bool, bool, bool]:
    # A page waits more than it works: it fills the gaps that others leave.
    folder = file.parent.name
    return (folder in _SHORT, folder == "page", folder == "dbt" and "plain_python" not in file.name)
