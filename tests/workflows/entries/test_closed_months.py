"""The hashes of closed months are checked without keeping others from the operations database."""

from __future__ import annotations

import os
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

from workflows.config.settings_reader import read_settings
from workflows.entries.closed_months import FrozenMonth, altered_months, append_month, open_closed_periods
from workflows.entries.month_files import file_of, prepare_folder

AUGUST = date(2026, 8, 1)


def test_others_can_write_entries_while_the_lines_of_closed_months_are_hashed(tmp_path: Path) -> None:
    settings = read_settings({"SHIPLEDGER_HOME": str(tmp_path)})
    prepare_folder(settings)
    close = FrozenMonth(AUGUST, 1, "content", "evidence", "snapshot", "run", "ana", datetime.now(UTC), False)
    with open_closed_periods(settings) as store:
        append_month(store, close)
    # The lines come through a pipe, so the hash waits for its end.
    os.mkfifo(file_of(settings, AUGUST))
    with ThreadPoolExecutor(1) as other:
        altered = other.submit(altered_months, settings)
        with (
            file_of(settings, AUGUST).open("wb") as lines,
            closing(sqlite3.connect(settings.operations, timeout=0)) as writer,
        ):
            writer.execute("begin immediate")
            lines.write(b"others")
        assert altered.result(timeout=30) == [AUGUST]
