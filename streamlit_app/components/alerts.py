"""The alerts: failed checks, as `orchestrate.py status` lists them, and open exceptions; the worst first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import shorten
from typing import Any, Literal

import streamlit as st

from streamlit_app.data.formatted import clock, count
from streamlit_app.data.run_list import has_job_database
from workflows.page_api import (
    Check,
    JobClient,
    Settings,
    exception_kind,
    failed_conditions,
    job_client,
    read_published,
    read_system_state,
    with_since,
)

Severity = Literal["critical", "error", "warning", "info"]

_LONGEST_DETAIL = 200
_CACHE_SECONDS = 5
_RANK: dict[str, int] = {"critical": 0, "error": 1, "warning": 2, "info": 3}
_EXCEPTION_SEVERITY: dict[str, Severity] = {"error": "error", "warning": "warning"}


@dataclass(frozen=True)
class Alert:
    """A failed check or a kind of open exceptions. Its texts are plain, never Markdown.

    Attributes:
        title: What is wrong.
        detail: More about it, or what to do.
        since: Since when, as text; empty when unknown.
    """

    severity: Severity
    title: str
    detail: str = ""
    since: str = ""


def find_alerts(settings: Settings, exceptions: Iterable[Mapping[str, Any]], now: datetime) -> list[Alert]:
    """Return all alerts, the worst first.

    Args:
        settings: The configuration.
        exceptions: Rows of `exception_type`, `severity` and `exception_count`.
        now: The present instant.
    """
    checks = _failed_checks(settings, str(settings.home))
    found = [
        *(_of_check(check, settings, now) for check in checks),
        *(_of_exceptions(row) for row in exceptions),
    ]
    return sorted(found, key=lambda alert: _RANK[alert.severity])


@st.cache_data(ttl=_CACHE_SECONDS, max_entries=4, show_spinner=False)
def _failed_checks(_settings: Settings, home: str) -> list[Check]:
    del home  # Only a key of the cache: the settings hold credentials, which must not be hashed.
    with _read_only_client(_settings) as jobs:
        state = read_system_state(_settings, jobs, read_published(_settings), datetime.now(UTC))
    return with_since(_settings.operations, failed_conditions(state))


@contextmanager
def _read_only_client(settings: Settings) -> Iterator[JobClient]:
    """Yield a job client. If DBOS's database does not exist yet, it reads the one of an empty temporary home."""
    with TemporaryDirectory() as folder:
        if not has_job_database(settings):
            settings = settings.model_copy(update={"home": Path(folder)})
        with job_client(settings) as jobs:
            yield jobs


def _of_check(check: Check, settings: Settings, now: datetime) -> Alert:
    return Alert(
        check.severity,
        check.title,
        shorten(check.detail, _LONGEST_DETAIL, placeholder=" …"),
        f"since {clock(check.since, settings.timezone, now)}" if check.since else "",
    )


def _of_exceptions(row: Mapping[str, Any]) -> Alert:
    kind = exception_kind(row["exception_type"])
    return Alert(
        _EXCEPTION_SEVERITY.get(row["severity"], "info"), count(row["exception_count"], kind.one, kind.many)
    )
