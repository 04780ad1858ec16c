"""The process that touches the lake: `python -m workflows.lake.child`, one request on standard input.

The answer is one line of JSON on standard output. The request holds the catalog's password, so that it is in no
argument, environment or file.
"""

from __future__ import annotations

import fcntl
import json
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import duckdb

from workflows.lake.catalog import ExtensionMissing, FilesUnusable
from workflows.lake.copying import NothingPublished, copy_house
from workflows.lake.houses import HouseRefused
from workflows.lake.passwords import without_password
from workflows.lake.publication import publish

_ACTS = {"publish": publish, "copy": copy_house}


def main() -> None:
    """Do what the request says."""
    request = json.loads(sys.stdin.read())
    with ExitStack() as stack:
        if "lock" in request:
            # Two publications of one home would both insert: this process outlives a worker that is killed.
            fcntl.flock(stack.enter_context(Path(request["lock"]).open("w")), fcntl.LOCK_EX)
        answer = _answer(request)
    print(json.dumps(answer), flush=True)  # noqa: T201


def _answer(request: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return _ACTS[request["act"]](request)
    except (duckdb.Error, ExtensionMissing, FilesUnusable, HouseRefused, NothingPublished) as problem:
        return {"problem": type(problem).__name__, "reason": without_password(str(problem), request["catalog"])}


if __name__ == "__main__":
    main()
