"""Today: what needs attention, what shipped, which close is due, and shipments by day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import streamlit as st

from streamlit_app.components import charts
from streamlit_app.components.alerts import Alert, find_alerts
from streamlit_app.components.choices import choose_day
from streamlit_app.components.close_cards import show_closes
from streamlit_app.components.links import show_link
from streamlit_app.components.panels import chart, page_title, panel, responsive_columns
from streamlit_app.data.formatted import count, plain
from streamlit_app.data.open_exceptions import count_open
from streamlit_app.data.snapshot_reader import Snapshot
from streamlit_app.data.stock_query import STOCK, key_products
from workflows.page_api import OTHERS, Settings

_WEEKS_CHARTED = 6
_CHART_HEIGHT = 330
# Attention, figures and closes fit a screen of 1280 by 800.
_ATTENTION_HEIGHT = 235
_BADGE_WIDTH = 88
_BADGES: dict[str, tuple[str, str, Any]] = {
    "critical": ("Critical", ":material/error:", "red"),
    "warning": ("Warning", ":material/warning:", "orange"),
    "error": ("Error", ":material/error:", "red"),
    "info": ("Note", ":material/info:", "gray"),
}

_TODAY = """
    select
        count(*) filter (where order_date = $1) as new_orders,
        count(*) filter (where is_open) as open_orders
    from marts.orders_inbox
"""
SHIPPED_ON = """
    select coalesce(any_value(order_count), 0) as orders, coalesce(any_value(unit_count), 0) as units
    from marts.shipped_daily where ship_date = $1
"""
_LAST_SHIPPING_DAY = """
    select max(ship_date) as ship_date from marts.shipped_daily
    where ship_date < $1 and order_count + package_count + unit_count > 0
"""
_SHIPPED_BY_DAY = f"""
    select
        strftime(items.ship_date, '%Y-%m-%d') as ship_date,
        coalesce(skus.product_name, '{OTHERS}') as product,
        sum(items.quantity_shipped)::bigint as units
    from marts.shipped_items as items
    left join marts.skus as skus on items.sku_code = skus.sku_code and skus.is_key_product
    where items.ship_date between $1 and $2 and items.sku_code is not null
    group by all
"""


def show(settings: Settings, snapshot: Snapshot) -> None:
    """Show the view."""
    now = datetime.now(UTC)
    today = now.astimezone(settings.timezone).date()
    stock = snapshot.rows(STOCK)
    chosen = _day_to_close(settings, today)
    left, right = responsive_columns("today", [5, 3])
    with left, panel("Needs attention", settings, snapshot):
        _show_alerts(find_alerts(settings, count_open(settings, snapshot), now))
    with right, panel("Orders and shipments", settings, snapshot):
        _show_today(snapshot, stock, today)
    show_closes(settings, chosen)
    with panel("Units shipped by day", settings, snapshot):
        _show_shipped(snapshot, stock, today)


def _day_to_close(settings: Settings, today: date) -> date | None:
    """Return the chosen day to close, or None for today."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        heading = st.container(width="content")
        warnings = st.container(width="content")
        st.space("stretch")
        with st.popover("Another day", icon=":material/event:", width="content"):
            label = "Close the day, week and month of this date"
            # Nobody sees a warning inside before opening it.
            chosen = choose_day(st, label, "close_day", today, settings.dates, warnings=warnings)
            st.caption("Leave it empty to close what is due today.")
    if chosen is None or chosen == today:
        with heading:
            page_title(f"Today, {settings.dates.weekday(today)}")
        return None
    with heading:
        page_title(
            f"Closing for {settings.dates.long_day(chosen)}",
            help="The buttons close the day, week and month of this date. Everything else shows today.",
        )
    return chosen


def _show_today(snapshot: Snapshot, stock: Sequence[dict[str, Any]], today: date) -> None:
    orders = snapshot.row(_TODAY, today)
    shipped = snapshot.row(SHIPPED_ON, today)
    last_day = snapshot.row(_LAST_SHIPPING_DAY, today)["ship_date"]
    before = snapshot.row(SHIPPED_ON, last_day) if last_day else {"orders": 0, "units": 0}
    compared = f"on {snapshot.dates.weekday(last_day)}" if last_day else "before"
    allocated = sum(row["quantity_allocated"] for row in stock)
    figures = [*st.columns(2, wrap=False), *st.columns(2, wrap=False)]
    _figure(figures[0], "Orders shipped", shipped["orders"], f"{before['orders']:,} {compared}")
    _figure(figures[1], "Units shipped", shipped["units"], f"{before['units']:,} {compared}")
    _figure(figures[2], "New orders", orders["new_orders"], "ordered today")
    _figure(figures[3], "Open orders", orders["open_orders"], f"{count(allocated, 'unit')} allocated")


def _figure(place: Any, label: str, value: int, context: str) -> None:
    place.metric(label, f"{value:,}", context, delta_color="off", delta_arrow="off")


def _show_shipped(snapshot: Snapshot, stock: Sequence[dict[str, Any]], today: date) -> None:
    monday = today - timedelta(days=today.weekday())
    rows = snapshot.rows(_SHIPPED_BY_DAY, monday - timedelta(weeks=_WEEKS_CHARTED - 1), today)
    if not rows:
        st.text(f"Nothing was shipped in the last {_WEEKS_CHARTED} weeks.")
        return
    by_volume = sorted(stock, key=lambda row: -row["average_weekly_units"])
    products = [row["product_name"] for row in by_volume]
    charted = {row["product"] for row in rows}
    order = [product for product in [*products, OTHERS] if product in charted]
    chart(
        charts.shipped_by_day(snapshot.dates, rows, order, key_products(snapshot), _CHART_HEIGHT),
        f"Units shipped on each day of the last {_WEEKS_CHARTED} weeks, by product",
    )


def _show_alerts(alerts: Sequence[Alert]) -> None:
    with st.container(height=_ATTENTION_HEIGHT, border=False, gap=None, key="alerts"):
        if not alerts:
            st.text("No alerts.")
        for alert in alerts:
            label, icon, color = _BADGES[alert.severity]
            with st.container(horizontal=True, gap="small", vertical_alignment="center", wrap=False):
                with st.container(width=_BADGE_WIDTH):
                    st.badge(label, icon=icon, color=color)
                show_link(alert.path, plain(alert.title), None, **alert.parameters)
                detail = ", ".join(part.rstrip(".") for part in (alert.detail, alert.since) if part)
                if detail:
                    st.caption(plain(detail), wrap=False)
