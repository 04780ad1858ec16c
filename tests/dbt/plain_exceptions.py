"""What needs a person about an order, in plain Python from the raw rows."""

from __future__ import annotations

from collections import defaultdict

from plain_shipping import Row, Shipping, kind_of_unknown

KINDS_OF_ORDERS = (
    "unknown_sku", "unparsed_sku", "missing_ship_date", "historical_shipment", "missing_order", "refund_line",
    "unreadable_quantity", "future_ship_date", "duplicate_order_number",
)  # fmt: skip


def excepted_orders(shipping: Shipping) -> set[tuple[str, int]]:
    """What is wrong with an order, of these kinds: the kind and the order."""
    found = {("duplicate_order_number", order_id) for order_id in _contested(shipping.orders)}
    for order_id, row in shipping.printed:
        is_refund = (row["printed"] or 0) < 0 and not row["adjustment"]
        if row["printed"] is None:
            found.add(("unreadable_quantity", order_id))
        if is_refund:
            found.add(("refund_line", order_id))
        elif not row["adjustment"] and shipping.components(row)[0][0] is None:
            found.add((kind_of_unknown(row["sku"]), order_id))
    for departure in shipping.departures:
        reason = None if departure.held_back == "before_its_day" else departure.held_back
        if reason is None and departure.order_id not in shipping.orders:
            reason = "missing_order"
        if reason is not None:
            found.add((reason, departure.order_id))
    return found


def _contested(orders: dict[int, Row]) -> set[int]:
    """The orders that share a number with another, splits of others and cancelled ones left out."""
    by_number: defaultdict[str, set[int]] = defaultdict(set)
    for order_id, order in orders.items():
        if order["orderStatus"] != "cancelled" and not order["advancedOptions"]["parentId"]:
            by_number[order["orderNumber"].strip()].add(order_id)
    return {order_id for alike in by_number.values() if len(alike) > 1 for order_id in alike}
