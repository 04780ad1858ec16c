"""Freezing December 2025, or opening the store of an earlier release, in a process that is killed at a point.

Run as `killed_freezes.py HOME freeze|open POINT`.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from datetime import date
from typing import Any
from unittest.mock import patch

from workflows.closes import freezing
from workflows.config.settings_reader import read_settings
from workflows.entries import closed_months, month_conversion
from workflows.entries.month_files import part_of


def _killed(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _after(act: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *given: (act(*given), _killed())


def _killed_with_a_part(file: Any) -> None:
    if part_of(file).exists():
        _killed()


POINTS = {
    "before the file": (freezing, "write_part", _killed),
    "after the file": (freezing, "write_part", _after(freezing.write_part)),
    "after the row": (freezing, "append_month", _after(freezing.append_month)),
    "before its name": (closed_months, "put_in_place", _killed_with_a_part),
    "before a month is converted": (month_conversion, "write_part", _killed),
    "after a month is converted": (month_conversion, "write_part", _after(month_conversion.write_part)),
    "after the lines go": (closed_months, "convert_lines", _after(closed_months.convert_lines)),
}

if __name__ == "__main__":
    _, home, act, point = sys.argv
    settings = read_settings({"SHIPLEDGER_HOME": home})
    module, name, replacement = POINTS[point]
    with patch.object(module, name, replacement):
        if act == "freeze":
            freezing.freeze_month(settings, date(2025, 12, 1), "anna", "run-1")
        else:
            closed_months.prepare_closes(settings)
