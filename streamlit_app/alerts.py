"""What needs a person, the worst first. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from textwrap import shorten
from typing import Any, Literal

from streamlit_app.condition import STALE_AFTER, last_checked, last_finished
from streamlit_app.runs import RunLine
from streamlit_app.words import age, count
from workflows.exception_kinds import exception_kind

Severity = Literal["critical", "error", "warning", "info"]

# The list of runs has all of it.
_LONGEST_REASON = 200
_RANK: dict[str, int] = {"critical": 0, "error": 1, "warning": 2, "info": 3}
_EXCEPTION_SEVERITY: dict[str, Severity] = {"error": "error", "warning": "warning"}


@dataclass(frozen=True)
class Alert:
    """Something to know or do. Both texts are plain, never Markdown.

    Attributes:
        title: What it is.
        detail: More about it, or what to do.
    """

    severity: Severity
    title: str
    detail: str = ""


def find_alerts(
    *,
    stock: Iterable[Mapping[str, Any]],
    exceptions: Iterable[Mapping[str, Any]],
    runs: Sequence[RunLine],
    has_credentials: bool,
    as_of: datetime,
    now: datetime,
) -> list[Alert]:
    """All alerts, the worst first.

    Args:
        stock: Rows of `inventory_current`.
        exceptions: `exception_type`, `severity` and `exception_count` by type.
        runs: The last runs, newest first.
        has_credentials: Whether ShipStation's key and secret are configured.
        as_of: The snapshot's instant, UTC.
        now: The present instant.
    """
    found = [
        *_of_the_system(runs, has_credentials, as_of, now),
        *_of_stock(stock),
        *(_of_exceptions(row) for row in exceptions),
    ]
    return sorted(found, key=lambda alert: _RANK[alert.severity])


def _of_the_system(
    runs: Sequence[RunLine], has_credentials: bool, as_of: datetime, now: datetime
) -> Iterable[Alert]:
    if not has_credentials:
        yield Alert(
            "critical",
            "No ShipStation credentials",
            "Set SHIPSTATION_API_KEY and SHIPSTATION_API_SECRET; until then nothing new comes in.",
        )
    latest = last_finished(runs)
    if latest is not None and latest.status == "failed":
        title = "Build red, nothing published" if latest.is_red else f"Last {latest.kind} failed"
        reason = ", ".join(latest.failed_tests) or latest.error or ""
        yield Alert("critical", title, shorten(reason, _LONGEST_REASON, placeholder=" …"))
    checked_at = last_checked(as_of, runs)
    if now - checked_at > STALE_AFTER:
        yield Alert(
            "critical",
            "Data are stale",
            f"ShipStation was last read {age(checked_at, now)}. Is `orchestrate.py serve` running?",
        )


def _of_stock(stock: Iterable[Mapping[str, Any]]) -> Iterable[Alert]:
    for row in stock:
        if row["alert_level"] == "normal":
            continue
        days = row["days_of_supply"]
        lasts = f"{count(int(days), 'day')} of supply" if days is not None else "under its reorder point"
        yield Alert(
            "critical" if row["alert_level"] == "critical" else "warning",
            f"{row['product_name']}: {lasts}",
            f"{row['sku_code']}, {row['quantity_available']:,} available, reorder at {row['reorder_point']:,}",
        )


def _of_exceptions(row: Mapping[str, Any]) -> Alert:
    kind = exception_kind(row["exception_type"])
    return Alert(
        _EXCEPTION_SEVERITY.get(row["severity"], "info"), count(row["exception_count"], kind.one, kind.many)
    )
