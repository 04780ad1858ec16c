"""A close whose process is killed at each step, once its work is done and before that is remembered.

Run as `killed_closes.py COMMAND ...`: the command is begun again and again until it comes through. Each process
but the last is killed at the first step that none before it has reached. Prints the steps it was killed at.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from dbos import DBOS
from forked import import_all

import orchestrate
from workflows.config.places import PROJECT

_run_step: Callable[..., Any] = DBOS.run_step


def close_killed_at_every_step(
    environment: Mapping[str, str], kind: str, day: date
) -> subprocess.CompletedProcess[str]:
    """Run this program on a close; its standard error ends with the steps that it was killed at."""
    return subprocess.run(
        [sys.executable, __file__, kind, "--date", day.isoformat(), "--json"],
        env={**environment, "PYTHONPATH": f"{PROJECT}:{PROJECT / 'tests' / 'support'}"},
        capture_output=True,
        text=True,
        check=True,
    )


def run_until_it_lives(words: list[str], kill_at_new_step: Callable[[set[str], int], None]) -> int:
    """Run a command until it comes through.

    `kill_at_new_step` gets the steps that were reached before, and the pipe for the name of a new one.
    """
    import_all()
    killed_at: list[str] = []
    while True:
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            kill_at_new_step(set(killed_at), writing)
            os._exit(orchestrate.main(words))
        os.close(writing)
        with os.fdopen(reading) as pipe:
            reached = pipe.read()
        status = os.waitpid(child, 0)[1]
        if not os.WIFSIGNALED(status):
            sys.stderr.write("\n".join(killed_at) + "\n")
            return os.WEXITSTATUS(status)
        assert os.WTERMSIG(status) == signal.SIGKILL and reached not in killed_at
        killed_at.append(reached)


def _kill_at_new_step(known: set[str], pipe: int) -> None:
    def run_step(options: dict[str, str], act: Callable[..., Any], *arguments: Any) -> Any:
        def done_and_killed(*given: Any) -> Any:
            result = act(*given)
            if options["name"] not in known:
                os.write(pipe, options["name"].encode())
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        return _run_step(options, done_and_killed, *arguments)

    DBOS.run_step = run_step  # type: ignore[method-assign,assignment]


if __name__ == "__main__":
    sys.exit(run_until_it_lives(sys.argv[1:], _kill_at_new_step))
