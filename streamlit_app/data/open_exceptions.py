"""The exceptions of a snapshot, open and acknowledged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from streamlit_app.data.snapshot_reader import Snapshot
from workflows.page_api import Acknowledgement, AcknowledgementsUnreadable, Settings, current_acknowledgements

# `$1` and `$2` are the ids and causes of the acknowledged exceptions.
ACKNOWLEDGED = """
    exists (
        select 1 from (select unnest($1::varchar[]) as exception_id, unnest($2::varchar[]) as cause) as noted
        where noted.exception_id = exceptions.exception_id and noted.cause = exceptions.cause
    )
"""
WORST_FIRST = "case severity when 'error' then 0 when 'warning' then 1 else 2 end"
_COUNTS = f"""
    select exception_type, severity, count(*) as exception_count
    from marts.exceptions as exceptions
    where not {ACKNOWLEDGED}
    group by exception_type, severity
    order by {WORST_FIRST}, exception_count desc, exception_type
"""


@dataclass(frozen=True)
class Acknowledged:
    """The acknowledged exceptions.

    Attributes:
        notes: The notes by exception id and cause.
        problem: Why the notes cannot be read; then every exception counts as open.
    """

    notes: dict[tuple[str, str], Acknowledgement]
    problem: str | None = None

    @property
    def parameters(self) -> tuple[list[str], list[str]]:
        """The parameters of `ACKNOWLEDGED`: ids and causes."""
        pairs = sorted(self.notes)
        return [key for key, _ in pairs], [cause for _, cause in pairs]


def acknowledged(settings: Settings) -> Acknowledged:
    """Return the exceptions that are acknowledged now."""
    try:
        acknowledgements = current_acknowledgements(settings.operations)
    except AcknowledgementsUnreadable as problem:
        return Acknowledged({}, str(problem))
    return Acknowledged({(one.exception_id, one.cause): one for one in acknowledgements})


def count_open(settings: Settings, snapshot: Snapshot) -> list[dict[str, Any]]:
    """Return the number of open exceptions by `exception_type` and `severity`, the worst first."""
    return snapshot.rows(_COUNTS, *acknowledged(settings).parameters)
