select
    shipment_id,
    order_id as shipstation_order_id,
    trim(order_number) as order_number,
    cast(left(ship_date, 10) as date) as ship_date,
    tracking_number,
    carrier_code,
    service_code,
    cast(round(shipment_cost * 100) as bigint) as shipping_cost_cents
from {{ source('raw', 'shipments') }}
where not coalesce(voided, false)
