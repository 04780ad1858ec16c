select
    items.order_item_id,
    orders.order_id as shipstation_order_id,
    items.sku as shipstation_sku_raw,
    items.quantity,
    cast(round(items.unit_price * 100) as bigint) as unit_price_cents,
    coalesce(items.adjustment, false) as is_adjustment
from {{ source('raw', 'orders__items') }} as items
inner join {{ source('raw', 'orders') }} as orders on items._dlt_parent_id = orders._dlt_id
