"""The orders of the X-Cart shop: their states, what is held and why, and the upload to ShipStation."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import streamlit as st

from streamlit_app.components import columns
from streamlit_app.components.buttons import start_in_fragment
from streamlit_app.components.links import show_link
from streamlit_app.components.panels import figure_row, panel, table, with_texts
from streamlit_app.data.formatted import count, plain
from streamlit_app.data.run_list import Run, runs_of
from streamlit_app.data.snapshot_reader import Snapshot
from workflows.page_api import Dates, Settings

_MOST_ROWS = 500
_STATES = """
    select state, count(*) as order_count, sum(quantity_stocked) as unit_count
    from marts.local_orders
    group by state
"""
_IS_HELD = """(
    (state = 'waiting' and coalesce(upload_event, '') in ('held', 'refused')) or is_changed_after_shipping
)"""
_IS_SENT = "state <> 'waiting' and upload_event in ('sending', 'uploaded')"
_HELD = f"""
    select
        order_number, order_date, quantity_stocked,
        if(is_changed_after_shipping, 'Changed in the shop after it had shipped', upload_detail) as why
    from marts.local_orders
    where {_IS_HELD}
    order by order_date, order_number
"""
_WAITING = f"""
    select order_number, order_date, quantity_stocked
    from marts.local_orders
    where state = 'waiting' and not {_IS_HELD}
    order by order_date, order_number
    limit {_MOST_ROWS}
"""
_SENT = f"""
    select
        order_number, order_date, quantity_stocked, shipstation_order_id, upload_noted_at,
        if(upload_event = 'sending', 'no answer yet', replace(state, '_', ' ')) as progress
    from marts.local_orders
    where {_IS_SENT}
    order by upload_noted_at desc, order_number
    limit {_MOST_ROWS}
"""
_COUNTS = f"""
    select
        count(*) filter (where {_IS_HELD}) as held,
        count(*) filter (where state = 'waiting' and not {_IS_HELD}) as waiting,
        count(*) filter (where {_IS_SENT}) as sent
    from marts.local_orders
"""
_LABELS = {
    "waiting": "Not sent yet",
    "uploaded": "Sent, not confirmed yet",
    "in_shipstation": "In ShipStation",
    "shipped": "Shipped",
    "cancelled": "Cancelled",
}
_LISTS = {"held": "Held", "waiting": "Waiting", "sent": "Sent"}
_ROWS_SHOWN = 8
_REFRESH_SECONDS = 2


def show_shop_orders(settings: Settings, snapshot: Snapshot) -> None:
    """Show the panel, if any order of the shop was imported."""
    states = {row["state"]: row for row in snapshot.rows(_STATES)}
    if not states:
        return
    with panel("Orders of the shop", settings, snapshot):
        figures = figure_row()
        for state, label in _LABELS.items():
            row = states.get(state, {"order_count": 0, "unit_count": 0})
            units = count(row["unit_count"], "unit")
            orders = f"{row['order_count']:,}"
            figures.metric(label, orders, units, delta_color="off", delta_arrow="off", width="content")
        _show_list(settings, snapshot)
        # A fragment that refreshes: a queued or failed upload publishes no snapshot.
        st.fragment(_show_upload, run_every=_REFRESH_SECONDS)(settings)


def _show_list(settings: Settings, snapshot: Snapshot) -> None:
    counts = snapshot.row(_COUNTS)
    kinds = [kind for kind in _LISTS if counts[kind]]
    if not kinds:
        return
    kind = st.segmented_control(
        "Show",
        kinds,
        format_func=lambda kind: f"{_LISTS[kind]} ({counts[kind]:,})",
        default=kinds[0],
        key="shop_orders_list",
    )
    shown = {"held": _show_held, "waiting": _show_waiting, "sent": _show_sent}
    shown[kind or kinds[0]](settings, snapshot)


def _show_held(_settings: Settings, snapshot: Snapshot) -> None:
    _orders(
        snapshot.dates,
        with_texts(snapshot.table(_HELD), "why", snapshot.dates.in_sentence),
        {"why": columns.text("Reason", width="large")},
        "Orders of the shop that need a person, and why",
    )
    show_link("exceptions", "All exceptions")


def _show_waiting(_settings: Settings, snapshot: Snapshot) -> None:
    _orders(snapshot.dates, snapshot.table(_WAITING), {}, "Orders of the shop that wait for the next upload")


def _show_sent(settings: Settings, snapshot: Snapshot) -> None:
    now = datetime.now(UTC)
    sent = snapshot.table(_SENT)
    times = [settings.dates.clock(at, now) if at else "" for at in sent["upload_noted_at"].to_pylist()]
    sent = sent.append_column("sent_at", pa.array(times, pa.string()))
    _orders(
        snapshot.dates,
        sent,
        {
            "sent_at": columns.text("Sent", width="small"),
            "shipstation_order_id": columns.number("In ShipStation", format="%d", width="small"),
            "progress": columns.text("State", width="medium"),
        },
        "Orders of the shop that were sent to ShipStation, newest first",
    )


def _orders(dates: Dates, rows: pa.Table, more: dict[str, Any], alt: str) -> None:
    shown = {
        "order_number": columns.text("Order"),
        "order_date": columns.day(dates, "Ordered", width="small"),
        "quantity_stocked": columns.number("Units", width="small"),
        **more,
    }
    table(rows, shown, rows_shown=_ROWS_SHOWN, alt=alt)


def _show_upload(settings: Settings) -> None:
    """Show the result of the last upload, and a button for the next one."""
    last = next(iter(runs_of(settings, ("upload",), 1)), None)
    run = last if last is not None and last.is_open else None
    if last is not None and run is None:
        _show_last(settings, last)
    if settings.allow_upload:
        start_in_fragment(settings, "upload", "Send now", run, dry_run=False)
    else:
        start_in_fragment(settings, "upload", "Dry run", run, dry_run=True)
        st.caption("Uploads are off. An admin allows them in the configuration.")


def _show_last(settings: Settings, run: Run) -> None:
    when = f"{settings.dates.clock(run.finished_at, datetime.now(UTC))}, " if run.finished_at else ""
    st.caption(plain(f"Last upload: {when}by {run.actor or 'unknown'}. {_outcome(run)}"))
    planned = run.facts.get("planned") or []
    if planned and not run.facts.get("sent"):
        goods = [
            ", ".join(f"{line['quantity']} x {line['sku_code']} - {line['lot_number']}" for line in one["lines"])
            for one in planned
        ]
        rows = pa.table({"order_number": [one["order_number"] for one in planned], "goods": goods})
        shown = {
            "order_number": columns.text("Would be sent", width="small"),
            "goods": columns.text("Goods", width="large"),
        }
        table(rows, shown, rows_shown=_ROWS_SHOWN, alt="Orders of the shop that would be sent, with their lots")


def _outcome(run: Run) -> str:
    if run.status != "success":
        return f"It {'was cancelled' if run.status == 'cancelled' else 'failed'}. {run.error or ''}"
    facts = run.facts
    held = f"{len(facts['held']) + len(facts['refused']):,} held"
    if not facts["sent"]:
        return f"Nothing was sent; {count(len(facts['planned']), 'order')} would be, {held}."
    return f"{count(len(facts['uploaded']), 'order')} sent, {held}."
