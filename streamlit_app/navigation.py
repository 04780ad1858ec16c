"""Which views there are, and where in the menu."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from streamlit_app.components.status_bar import Moment
from streamlit_app.data.snapshot_reader import Snapshot
from streamlit_app.views import (
    charges,
    count,
    exceptions,
    inventory,
    key_figures,
    lot_recall,
    orders,
    runs_and_health,
    today,
    weekly,
)
from workflows.page_api import Settings


@dataclass(frozen=True)
class View:
    """One page of the menu.

    Attributes:
        section: Its group in the menu; views of the empty one stand by themselves.
        path: Its address below the root; empty for the first.
        show: Draws it, once there is a snapshot.
    """

    section: str
    title: str
    path: str
    icon: str
    show: Callable[[Settings, Snapshot, Moment], None]


VIEWS = (
    View("", "Today", "", ":material/today:", today.show),
    View("", "Inventory", "inventory", ":material/inventory_2:", inventory.show),
    View("", "Count", "count", ":material/checklist:", count.show),
    View("", "Weekly", "weekly", ":material/date_range:", weekly.show),
    View("", "Charges", "charges", ":material/payments:", charges.show),
    View("", "Orders", "orders", ":material/receipt_long:", orders.show),
    View("", "Lot recall", "lot-recall", ":material/undo:", lot_recall.show),
    View("", "Exceptions", "exceptions", ":material/error:", exceptions.show),
    View("", "Key figures", "figures", ":material/show_chart:", key_figures.show),
    View("", "Runs and health", "runs", ":material/monitor_heart:", runs_and_health.show),
)
