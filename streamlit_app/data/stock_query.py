"""The query of the stock of each product, which several views show."""

from __future__ import annotations

from streamlit_app.data.snapshot_reader import Snapshot

# The worst first, then what sells most.
STOCK = """
    select
        alert_level, sku_code, product_name, quantity_on_hand, quantity_allocated, quantity_available,
        round(average_weekly_units, 1) as average_weekly_units, round(days_of_supply, 1) as days_of_supply,
        reorder_point
    from marts.inventory_current
    order by
        case alert_level when 'critical' then 0 when 'low' then 1 else 2 end, average_weekly_units desc, sku_code
"""
_KEY_PRODUCTS = "select product_name from marts.skus where is_key_product order by sku_code"
# With marks, so that no colour is needed.
LEVEL_WORDS = {"critical": "● Critical", "low": "▲ Low", "normal": "Normal"}


def key_products(snapshot: Snapshot) -> list[str]:
    """Return the names of the key products by SKU, the order that decides their colors."""
    return [row["product_name"] for row in snapshot.rows(_KEY_PRODUCTS)]
