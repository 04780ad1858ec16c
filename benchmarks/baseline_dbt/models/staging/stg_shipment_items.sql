select
    shipments.shipment_id,
    items.sku as shipstation_sku_raw,
    items.quantity
from {{ source('raw', 'shipments__shipment_items') }} as items
inner join {{ source('raw', 'shipments') }} as shipments on items._dlt_parent_id = shipments._dlt_id
