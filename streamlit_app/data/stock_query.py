"""The query of the stock of each product, which several views show."""

from __future__ import annotations

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
# With marks, so that no colour is needed.
LEVEL_WORDS = {"critical": "● Critical", "low": "▲ Low", "normal": "Normal"}
