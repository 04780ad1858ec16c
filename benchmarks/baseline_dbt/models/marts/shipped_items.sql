select
    md5(concat_ws('|', lines.shipment_id, lines.shipstation_sku_raw, lines.sku_code)) as shipped_item_id,
    lines.shipment_id,
    shipments.shipstation_order_id,
    shipments.order_number,
    shipments.ship_date,
    lines.shipstation_sku_raw,
    lines.sku_code,
    lines.lot_number,
    if(lines.lot_number is null, 'unassigned', 'shipment') as lot_source,
    sum(lines.quantity_shipped) as quantity_shipped
from {{ ref('int_lines_resolved') }} as lines
inner join {{ ref('stg_shipments') }} as shipments on lines.shipment_id = shipments.shipment_id
group by all
