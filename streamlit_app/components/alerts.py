"""The alerts: failed checks and open exceptions, grouped, the worst first; `status` lists them one by one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from textwrap import shorten
from typing import Any, Literal

import streamlit as st

from streamlit_app.data.formatted import count
from streamlit_app.data.open_exceptions import count_open
from streamlit_app.data.snapshot_reader import SnapshotGone, SnapshotUnreadable, current_snapshot
from workflows.page_api import (
    EMPTY_ORDERS,
    Check,
    Settings,
    ShipledgerError,
    exception_kind,
    failed_conditions,
    read_published,
    read_system_state,
    reading_job_client,
    with_since,
)

Severity = Literal["critical", "error", "warning", "info"]

_LONGEST_DETAIL = 160
_OVERDRAWN = "lot_overdrawn"
_CACHE_SECONDS = 1
_RANK: dict[str, int] = {"critical": 0, "error": 1, "warning": 2, "info": 3}
_EXCEPTION_SEVERITY: dict[str, Severity] = {"error": "error", "warning": "warning"}
# The checks of one kind, by the beginning and end of their names, and what to say of several.
_GROUPS = (
    ("lot ", "", "lots below zero"),
    ("stock ", " critical", "products critical"),
    ("stock ", " low", "products low"),
    ("mail ", "", "mails were not sent"),
)
# Where a check's alert is resolved; any other in Runs and health.
_PLACES = {"stock ": "inventory", "ghosts": "exceptions", "open units": "figures"}


@dataclass(frozen=True)
class Alert:
    """A failed check or a kind of open exceptions. Its texts are plain, never Markdown.

    Attributes:
        title: What is wrong.
        detail: More about it, or what to do.
        since: Since when, as text; empty when unknown.
        path: The view in which it is resolved.
        parameters: What that view is to show.
    """

    severity: Severity
    title: str
    detail: str = ""
    since: str = ""
    path: str = "runs"
    parameters: Mapping[str, str] = field(default_factory=dict)


def find_alerts(settings: Settings, exceptions: Iterable[Mapping[str, Any]], now: datetime) -> list[Alert]:
    """Return all alerts, the worst first.

    Args:
        settings: The configuration.
        exceptions: Rows of `exception_type`, `severity` and `exception_count`.
        now: The present instant.
    """
    exceptions = list(exceptions)
    groups: dict[str, list[Check]] = {}
    for check in _failed_checks(settings, str(settings.home)):
        groups.setdefault(_group(check.name), []).append(check)
    # Each order without lines, or lot below zero, is an exception and a failed check: it is shown once.
    if any(row["exception_type"] in EMPTY_ORDERS for row in exceptions):
        groups.pop("ghosts", None)
    found = [
        *(_of_checks(name, checks, settings, now) for name, checks in groups.items()),
        *(
            _of_exceptions(row)
            for row in exceptions
            if row["exception_type"] != _OVERDRAWN or "lot " not in groups
        ),
    ]
    return sorted(found, key=lambda alert: _RANK[alert.severity])


def numbers_in_menu(settings: Settings) -> dict[str, int]:
    """Return the numbers of alerts and of open exceptions by the path of their views; none while unreadable."""
    try:
        snapshot = current_snapshot(settings)
        if snapshot is None:
            return {}
        exceptions = count_open(settings, snapshot)
        alerts = find_alerts(settings, exceptions, datetime.now(UTC))
    except (ShipledgerError, SnapshotGone, SnapshotUnreadable):
        # The view says why.
        return {}
    return {"": len(alerts), "exceptions": sum(row["exception_count"] for row in exceptions)}


@st.cache_data(ttl=_CACHE_SECONDS, max_entries=4, show_spinner=False)
def _failed_checks(_settings: Settings, home: str) -> list[Check]:
    del home  # Only a key of the cache: the settings hold credentials, which must not be hashed.
    with reading_job_client(_settings) as jobs:
        state = read_system_state(_settings, jobs, read_published(_settings), datetime.now(UTC))
    return with_since(_settings.operations, failed_conditions(state))


def _group(name: str) -> str:
    """Return the group of a check, or its own name."""
    return next(
        (f"{start}{end}" for start, end, _ in _GROUPS if name.startswith(start) and name.endswith(end)), name
    )


def _of_checks(group: str, checks: Sequence[Check], settings: Settings, now: datetime) -> Alert:
    first, many = checks[0], {f"{start}{end}": words for start, end, words in _GROUPS}
    title, detail = first.title, first.on_page
    if len(checks) > 1:
        title = f"{len(checks):,} {many[group]}"
        named = [check.name.removeprefix("lot ") if group == "lot " else check.on_page for check in checks]
        detail = ", ".join(named) if group == "lot " else " ".join(named)
    path = next((path for start, path in _PLACES.items() if group.startswith(start)), "runs")
    since = min((check.since for check in checks if check.since), default=None)
    return Alert(
        first.severity,
        title,
        shorten(settings.dates.in_sentence(detail), _LONGEST_DETAIL, placeholder=" …"),
        f"since {settings.dates.clock(since, now)}" if since else "",
        *_place(group, path, checks),
    )


def _place(group: str, path: str, checks: Sequence[Check]) -> tuple[str, dict[str, str]]:
    """Return the view, and its parameters, in which the failed checks of a group are resolved."""
    if group == "lot ":
        return "exceptions", {"kind": _OVERDRAWN}
    if path == "inventory" and len(checks) == 1:
        return path, {"inventory_product": checks[0].name.split()[1]}
    return path, {}


def _of_exceptions(row: Mapping[str, Any]) -> Alert:
    kind = exception_kind(row["exception_type"])
    return Alert(
        _EXCEPTION_SEVERITY.get(row["severity"], "info"),
        count(row["exception_count"], kind.one, kind.many),
        path="exceptions",
        parameters={"kind": row["exception_type"]},
    )
