"""Exceptions: the rows of data that need a person, by kind; each can be acknowledged until its cause changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import streamlit as st

from streamlit_app.components import columns
from streamlit_app.components.choices import choose_one
from streamlit_app.components.long_list import Listing, pick_row, show_list
from streamlit_app.components.one_exception import show_exception, show_several
from streamlit_app.components.panels import page_title, panel, responsive_columns, with_labels, with_texts
from streamlit_app.data.formatted import capital, count, job_title, plain
from streamlit_app.data.freshness import last_finished
from streamlit_app.data.open_exceptions import (
    ACKNOWLEDGED,
    WORST_FIRST,
    Acknowledged,
    acknowledged,
    count_open,
)
from streamlit_app.data.run_list import Run, recent_runs
from streamlit_app.data.snapshot_reader import Snapshot
from workflows.page_api import Settings, exception_kind

_ALL = ""
_PARAMETER = "exception"
# Another filter ends the selection.
_SELECTION = (_PARAMETER,)
_KIND_ROWS = 8
_SEVERITIES = {"error": ("● Error", "error"), "warning": ("▲ Warning", "warning"), "info": ("Note", "note")}

_LISTED = """
    from marts.exceptions as exceptions
    where {condition} and ($3 = '' or severity = $3) and ($4 = '' or exception_type = $4)
"""
_KINDS = f"""
    select
        severity, exception_type, count(*) as exception_count,
        min(timezone($4, started_at)::date) as since
    from marts.exceptions as exceptions
    where {{condition}} and ($3 = '' or severity = $3)
    group by severity, exception_type
    order by {WORST_FIRST}, exception_count desc, exception_type
"""
_COUNT = f"select count(*) as row_count {_LISTED}"
_ONE = """
    select exception_id, exception_type, shipstation_order_id, order_number, detail, cause, started_at
    from marts.exceptions where list_contains($1, exception_id)
    order by exception_id
"""
_ROWS = f"""
    select
        exception_id, severity, exception_type, shipstation_order_id, order_number, detail, cause, started_at,
        timezone($5, started_at)::date as since
    {_LISTED}
    order by {WORST_FIRST}, exception_type, started_at desc, exception_id
"""


def show(settings: Settings, snapshot: Snapshot) -> None:
    """Show the view."""
    page_title("Exceptions")
    noted = acknowledged(settings)
    with panel("By kind", settings, snapshot):
        _show_state(
            count_open(settings, snapshot), len(noted.notes), noted.problem, recent_runs(settings, snapshot)
        )
        is_acknowledged, severity = _ask()
        condition = ACKNOWLEDGED if is_acknowledged else f"not {ACKNOWLEDGED}"
        kind = _pick_kind(settings, snapshot, noted, condition, severity)
    title = plain(capital(exception_kind(kind).many)) if kind else "All kinds"
    with panel(title, settings, snapshot):
        left, right = responsive_columns("exceptions", [3, 2])
        with left:
            _show_listed(settings, snapshot, noted, condition, severity, kind)
        with right:
            _show_chosen(settings, snapshot, noted)


def _show_chosen(settings: Settings, snapshot: Snapshot, noted: Acknowledged) -> None:
    asked = st.query_params.get(_PARAMETER)
    found = snapshot.rows(_ONE, asked.split(",")) if asked else []
    if len(found) > 1:
        show_several(
            settings, len(found), [one for one in found if (one["exception_id"], one["cause"]) not in noted.notes]
        )
    elif found:
        chosen = found[0]
        show_exception(settings, chosen, noted.notes.get((chosen["exception_id"], chosen["cause"])))
    elif asked:
        st.text("This exception is gone: what caused it has been corrected, or it never was.")
    else:
        st.text(
            "Select an exception to see why it matters and what to do, or several to acknowledge them at once."
        )


def _show_state(counts: Sequence[Mapping[str, Any]], noted: int, problem: str | None, runs: Sequence[Run]) -> None:
    by_severity: Counter[str] = Counter()
    for row in counts:
        by_severity[row["severity"]] += row["exception_count"]
    parts = [count(by_severity[code], word) for code, (_, word) in _SEVERITIES.items() if by_severity[code]]
    parts += [f"{noted:,} acknowledged"] if noted else []
    st.text(", ".join(parts) if parts else "No exceptions.")
    if problem:
        st.warning(problem)
    latest = last_finished(runs)
    if latest is not None and latest.status == "failed":
        st.warning(
            f"{job_title(latest.kind)} failed. The list shows the exceptions before it.",
            icon=":material/warning:",
        )


def _ask() -> tuple[bool, str]:
    state, severity = st.columns([2, 3], gap="small", vertical_alignment="bottom")
    shown = choose_one(state, "Show", {"open": "Open", "acknowledged": "Acknowledged"}, "show", _SELECTION)
    severities = {code: f"{capital(word)}s" for code, (_, word) in _SEVERITIES.items()}
    of_severity = choose_one(severity, "Severity", {_ALL: "All", **severities}, "severity", _SELECTION)
    return shown == "acknowledged", of_severity


def _pick_kind(settings: Settings, snapshot: Snapshot, noted: Acknowledged, condition: str, severity: str) -> str:
    """Show how many exceptions of each kind there are, and return the selected kind; empty for all."""
    kinds = snapshot.table(_KINDS.format(condition=condition), *noted.parameters, severity, settings.timezone.key)
    if not kinds.num_rows:
        return st.query_params.get("kind", _ALL)
    chosen = pick_row(
        _labelled(kinds, "many"),
        {
            "severity": columns.text("Severity", width="small"),
            "exception_count": columns.number("Number", width="small"),
            "exception_type": columns.text("Kind", width="large"),
            "since": columns.day(snapshot.dates, "Oldest since", width="small"),
        },
        name="kind",
        keys=kinds["exception_type"].to_pylist(),
        alt="Kinds of exceptions; select one to see only those",
        rows_shown=_KIND_ROWS,
        drops=_SELECTION,
    )
    # None is left of a kind whose last one was acknowledged, and the list says so.
    return chosen or st.query_params.get("kind", _ALL)


def _show_listed(
    settings: Settings, snapshot: Snapshot, noted: Acknowledged, condition: str, severity: str, kind: str
) -> None:
    parameters = [*noted.parameters, severity, kind]
    listed = snapshot.row(_COUNT.format(condition=condition), *parameters)["row_count"]
    if not listed:
        st.text(
            "No acknowledged exceptions."
            if condition == ACKNOWLEDGED
            else "No open exceptions with these filters."
        )
        return
    show_list(
        snapshot,
        Listing(
            name="exceptions",
            query=_ROWS.format(condition=condition),
            parameters=[*parameters, settings.timezone.key],
            row_count=listed,
            columns={
                "severity": columns.text("Severity", width="small"),
                "exception_type": columns.text("Kind", width="medium"),
                "order_number": columns.text("Order"),
                "since": columns.day(snapshot.dates, "Since", width=100),
                "detail": columns.text("Reason", width="large"),
            },
            noun=("exception", "exceptions"),
            order="worst first",
            alt="Exceptions; select one to see what to do, or several to acknowledge them",
            rows_shown=14,
            labelled=lambda rows: with_texts(_labelled(rows), "detail", snapshot.dates.in_sentence),
            kept_as=(_PARAMETER, "exception_id"),
            takes_several=True,
        ),
    )


def _labelled(rows: pa.Table, number: str = "one") -> pa.Table:
    codes = set(rows["exception_type"].to_pylist())
    kinds = {code: capital(getattr(exception_kind(code), number)) for code in codes}
    in_words = with_labels(rows, "exception_type", kinds)
    return with_labels(in_words, "severity", {code: words for code, (words, _) in _SEVERITIES.items()})
