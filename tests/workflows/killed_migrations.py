"""A migration whose process is killed after each step's work, before DBOS has stored the step's result, and before
each validation, which a dry run does in the middle of a step.

Run as `killed_migrations.py COMMAND ...`, as `killed_closes.py` is. It covers steps that are decorated functions.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

from dbos._sys_db_sqlite import SQLiteSystemDatabase
from killed_closes import run_until_it_lives

from workflows.cycle.engine import Facts
from workflows.migration.migrating import Migration

_validate = Migration.validate
_record = SQLiteSystemDatabase.record_operation_result


def _kill_at_new_step(known: set[str], pipe: int) -> None:
    def kill_at(step: str) -> None:
        if step not in known:
            os.write(pipe, step.encode())
            os.kill(os.getpid(), signal.SIGKILL)

    def record(store: SQLiteSystemDatabase, result: Any, **options: Any) -> None:
        kill_at(result["function_name"])
        _record(store, result, **options)

    def validate(migration: Migration, copy: str) -> list[Facts]:
        kill_at("before the validation")
        return _validate(migration, copy)

    Migration.validate = validate  # type: ignore[method-assign]
    SQLiteSystemDatabase.record_operation_result = record  # type: ignore[method-assign,assignment]


if __name__ == "__main__":
    sys.exit(run_until_it_lives(sys.argv[1:], _kill_at_new_step))
