"""Checks: what a check is, and the business hours that checks go by.

A check is a condition of the system that passes or fails; an exception is a row of data that needs a person. An
alert is a failed check or an open exception, shown. `health` runs the checks of `integrity_checks`, `health` and
`service_checks`; the scheduled job `watch` and every status those of `condition_checks`. `check_log` has the
history.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Literal

Severity = Literal["critical", "warning"]

# Monday to Friday, in the business's time zone: orders come and go then, and somebody can act.
OPENS, CLOSES = time(8), time(17)


@dataclass(frozen=True)
class Check:
    """A condition of the system that passes or fails.

    Attributes:
        name: What is checked, the same for as long as it fails: `keys are unique`, `ghosts`, `stock 17612 low`.
        title: What should hold; of a check of `condition_checks`, what is wrong.
        is_ok: Whether it passes.
        detail: What was found, and what to do.
        severity: How bad it is when it fails.
        since: Since when (UTC) it has failed; None when that was not recorded.
        on_page: The detail for the page; empty of a check of `health`, which the page only names.
    """

    name: str
    title: str
    is_ok: bool
    detail: str
    severity: Severity = "critical"
    since: datetime | None = None
    on_page: str = ""


def headline(failed: Sequence[Check]) -> str:
    """Return one line on failed checks: the title of the first, and how many more there are."""
    more = f" and {len(failed) - 1} more" if len(failed) > 1 else ""
    return f"{failed[0].title}{more}"
