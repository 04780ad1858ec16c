"""A reader of the lake that looks at the newest version in each of some tables until it gets a word to stop."""

from __future__ import annotations

import json
import select
import sys

from lake_reader import connected

if __name__ == "__main__":
    request = json.loads(sys.stdin.readline())
    lake = connected(request["library"], request["catalog"])
    query = ", ".join(f"(select max(version) from lake.dallas.{table})" for table in request["tables"])
    found: list[list[int]] = []
    is_stopped = False
    while not is_stopped:
        # Once more after the word to stop: what was published last is looked at, too.
        is_stopped = bool(found) and bool(select.select([sys.stdin], [], [], 0)[0])
        versions = list(lake.execute(f"select {query}").fetchall()[0])
        if not found:
            print("looking", flush=True)  # noqa: T201
        if not found or found[-1] != versions:
            found.append(versions)
    print(json.dumps(found))  # noqa: T201
