"""A publication that is killed: run as the lake's child is, with the number of a statement and a delay.

`lake_publisher.py STATEMENT MICROSECONDS < REQUEST`: so long after the statement of that number began, the process
is killed, whatever it does then. It prints how many statements there were, if it is still there.
"""

from __future__ import annotations

import contextlib
import json
import signal
import sys
from collections.abc import Iterator
from typing import Any

from workflows.lake import publication

opened = publication.opened_lake


class Counting:
    """A connection that has the process killed."""

    def __init__(self, connection: Any, fatal: int, microseconds: int) -> None:
        self._connection, self._fatal, self._microseconds, self.count = connection, fatal, microseconds, 0

    def execute(self, *arguments: Any) -> Any:
        self.count += 1
        if self.count == self._fatal:
            kill_self_after(self._microseconds)
        return self._connection.execute(*arguments)


def kill_self_after(microseconds: int) -> None:
    """By the kernel: Python would wait until DuckDB's statement has ended."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    # A timer of no time would be none.
    signal.setitimer(signal.ITIMER_REAL, max(microseconds, 1) / 1e6)


@contextlib.contextmanager
def counting(*arguments: Any, **options: Any) -> Iterator[Counting]:
    with opened(*arguments, **options) as connection:
        counted.append(Counting(connection, int(sys.argv[1]), int(sys.argv[2])))
        yield counted[-1]


if __name__ == "__main__":
    counted: list[Counting] = []
    publication.opened_lake = counting  # type: ignore[assignment]
    publication.publish(json.load(sys.stdin))
    print(counted[-1].count)  # noqa: T201
