"""A publication that stops at one of its statements: `publisher.py STATEMENT`, run as the lake's child is.

Standard input has the request in its first line. Before the statement of that number is sent, it writes `reached`
and waits for a line. Its last line is JSON: the statements it sent, and the error if there was one.
"""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterator
from typing import Any

import duckdb

from workflows.lake import publication

opened = publication.opened_lake


class Stopping:
    """A connection that stops once."""

    def __init__(self, connection: Any, at: int) -> None:
        self._connection, self._at, self.statements = connection, at, list[str]()

    def execute(self, *arguments: Any) -> Any:
        self.statements.append(arguments[0])
        if len(self.statements) == self._at:
            print("reached", flush=True)
            sys.stdin.readline()
        return self._connection.execute(*arguments)


@contextlib.contextmanager
def stopping(*arguments: Any, **options: Any) -> Iterator[Stopping]:
    with opened(*arguments, **options) as connection:
        used.append(Stopping(connection, int(sys.argv[1])))
        yield used[-1]


if __name__ == "__main__":
    request = json.loads(sys.stdin.readline())
    used: list[Stopping] = []
    publication.opened_lake = stopping  # type: ignore[assignment]
    problem = None
    try:
        publication.publish(request)
    except duckdb.Error as error:
        problem = [type(error).__name__, str(error)]
    print(json.dumps({"statements": used[-1].statements if used else [], "problem": problem}))
