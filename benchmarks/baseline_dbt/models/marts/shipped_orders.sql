select
    shipstation_order_id,
    any_value(order_number) as order_number,
    min(ship_date) as ship_date,
    count(*) as package_count,
    sum(shipping_cost_cents) as shipping_cost_cents,
    arg_min(tracking_number, shipment_id) as tracking_number
from {{ ref('packages') }}
group by shipstation_order_id
