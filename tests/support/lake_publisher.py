"""A publication that something happens to: run as the lake's child is, with the number of a statement.

`lake_publisher.py STATEMENT MICROSECONDS`: so long after the statement of that number began, the kernel kills
the process, whatever it does then. `lake_publisher.py STATEMENT wait`: before it is sent, `reached` is written,
and a line is waited for. The request is the first line of standard input. The last line of the output, if the
process is still there, is JSON: `statements`, all that were sent, and `problem`, the error's name and text or
null.
"""

from __future__ import annotations

import contextlib
import json
import signal
import sys
from collections.abc import Iterator
from typing import Any

import duckdb

from workflows.lake import publication

opened = publication.opened_lake


class Watched:
    """A connection that does something at one of its statements."""

    def __init__(self, connection: Any, at: int, what: str) -> None:
        self._connection, self._at, self._what, self.statements = connection, at, what, list[str]()

    def execute(self, *arguments: Any) -> Any:
        self.statements.append(arguments[0])
        if len(self.statements) == self._at:
            wait() if self._what == "wait" else kill_self_after(int(self._what))
        return self._connection.execute(*arguments)


def wait() -> None:
    print("reached", flush=True)  # noqa: T201
    sys.stdin.readline()


def kill_self_after(microseconds: int) -> None:
    """By the kernel: Python would wait until DuckDB's statement has ended."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    # A timer of no time would be none.
    signal.setitimer(signal.ITIMER_REAL, max(microseconds, 1) / 1e6)


@contextlib.contextmanager
def watched(*arguments: Any, **options: Any) -> Iterator[Watched]:
    with opened(*arguments, **options) as connection:
        used.append(Watched(connection, int(sys.argv[1]), sys.argv[2]))
        yield used[-1]


if __name__ == "__main__":
    request = json.loads(sys.stdin.readline())
    used: list[Watched] = []
    publication.opened_lake = watched  # type: ignore[assignment]
    problem = None
    try:
        publication.publish(request)
    except duckdb.Error as error:
        problem = [type(error).__name__, str(error)]
    print(json.dumps({"statements": used[-1].statements if used else [], "problem": problem}))  # noqa: T201
