"""What dbt did for one home serves all copies and all homes alike, in every process of a run.

It parses its project once, and the builds that it did are replayed in other homes of the same state, as
`workflows.cycle.replay` does with warm builds within one home. With `DBT_BUILDS` in its environment, a command
replays only what its own home has recorded.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from unittest.mock import patch

from shared_dlt import one_look_for_each_setting

# The folder for the recordings of a run; set by conftest.
RECORDINGS = "SHIPLEDGER_TEST_RECORDINGS"
DBT_BUILDS = "SHIPLEDGER_TEST_DBT_BUILDS"


def one_parse_for_all_homes() -> Any:
    """A patch of dbt, which otherwise parses its project again when the databases are at another path.

    No model depends on that, and tests work on copies of homes.
    """
    from dbt.adapters.duckdb.credentials import DuckDBCredentials

    return patch.object(DuckDBCredentials, "_connection_keys", lambda _self: ("database", "schema"))


def one_dbt_for_all_homes() -> ExitStack:
    """The same, and a patch of the builds' recordings: kept for all homes, found by all."""
    patches = ExitStack()
    patches.enter_context(one_parse_for_all_homes())
    patches.enter_context(one_look_for_each_setting())
    if folder := os.environ.get(RECORDINGS):
        from full_builds import one_full_build_of_each_state

        patches.enter_context(_one_recording_of_each_state(Path(folder)))
        patches.enter_context(one_full_build_of_each_state(Path(folder), DBT_BUILDS))
    return patches


def _one_recording_of_each_state(folder: Path) -> Any:
    from workflows.cycle import dbt_runner
    from workflows.cycle.replay import Recording, keep_recording, read_recording

    def read(own: Path, state: str) -> Recording | None:
        found = read_recording(own, state)
        if found is None and DBT_BUILDS not in os.environ:
            found = read_recording(folder / f"{state}.json", state)
            if found is not None:
                keep_recording(own, found)
        return found

    def keep(own: Path, recording: Recording) -> None:
        keep_recording(own, recording)
        mine = folder / f"{recording.state}.{os.getpid()}.json"
        keep_recording(mine, recording)
        mine.replace(folder / f"{recording.state}.json")

    return patch.multiple(dbt_runner, read_recording=read, keep_recording=keep)
