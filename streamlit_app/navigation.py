"""The views and their places in the menu."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from streamlit_app.data.snapshot_reader import Snapshot
from streamlit_app.views import (
    carrier_bills,
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
    """One entry of the menu.

    Attributes:
        section: Its group in the menu; empty for none.
        path: The URL path; empty for the start page.
        show: Shows the view for a snapshot.
        only_enters: It has nothing for a page that reads from the lake, where nothing can be entered.
    """

    section: str
    title: str
    path: str
    icon: str
    show: Callable[[Settings, Snapshot], None]
    only_enters: bool = False


VIEWS = (
    View("", "Today", "", ":material/today:", today.show),
    View("", "Inventory", "inventory", ":material/inventory_2:", inventory.show),
    View("", "Count", "count", ":material/checklist:", count.show, only_enters=True),
    View("", "Weekly", "weekly", ":material/date_range:", weekly.show),
    View("", "Charges", "charges", ":material/payments:", charges.show),
    View("", "Carrier bills", "carrier-bills", ":material/request_quote:", carrier_bills.show),
    View("", "Orders", "orders", ":material/receipt_long:", orders.show),
    View("", "Lot recall", "lot-recall", ":material/undo:", lot_recall.show),
    View("", "Exceptions", "exceptions", ":material/error:", exceptions.show),
    View("", "Key figures", "figures", ":material/show_chart:", key_figures.show),
    View("", "Runs and health", "runs", ":material/monitor_heart:", runs_and_health.show),
)
