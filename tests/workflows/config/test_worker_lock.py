"""The worker's lock: one holder, whoever asks takes nothing, and who holds it can be looked up."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from workflows.config.worker_lock import WorkerLock, worker_is_running


@pytest.fixture
def lock(tmp_path: Path) -> Iterator[WorkerLock]:
    made = WorkerLock(tmp_path)
    yield made
    made.release()


def test_one_holds_it_until_it_gives_it_back(lock: WorkerLock, tmp_path: Path) -> None:
    other = WorkerLock(tmp_path)
    assert lock.acquire()
    assert not other.acquire()
    assert worker_is_running(tmp_path)
    lock.release()
    assert not worker_is_running(tmp_path)
    assert other.acquire()
    assert not lock.acquire()
    other.release()


def test_whoever_asks_takes_nothing(lock: WorkerLock, tmp_path: Path) -> None:
    assert not worker_is_running(tmp_path)
    assert not list(tmp_path.iterdir()), "who only asks makes no file"
    assert lock.acquire()


def test_two_who_ask_at_once_do_not_take_each_other_for_the_worker(tmp_path: Path) -> None:
    (tmp_path / "worker.lock").touch()
    with (tmp_path / "worker.lock").open() as asking:
        fcntl.flock(asking, fcntl.LOCK_SH | fcntl.LOCK_NB)
        assert not worker_is_running(tmp_path)


def test_the_file_names_the_process_that_holds_it_now(lock: WorkerLock, tmp_path: Path) -> None:
    (tmp_path / "worker.lock").write_text("99999999999 an earlier one")
    assert lock.acquire()
    assert (tmp_path / "worker.lock").read_text() == str(os.getpid())
    assert not WorkerLock(tmp_path).acquire()
    assert (tmp_path / "worker.lock").read_text() == str(os.getpid())
