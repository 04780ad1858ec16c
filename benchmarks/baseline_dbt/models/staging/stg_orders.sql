select
    order_id as shipstation_order_id,
    _dlt_id,
    trim(order_number) as order_number,
    order_status,
    cast(order_date as timestamp) at time zone 'America/Los_Angeles' as ordered_at,
    cast(create_date as timestamp) at time zone 'America/Los_Angeles' as created_at,
    cast(modify_date as timestamp) at time zone 'America/Los_Angeles' as modified_at,
    cast(left(ship_date, 10) as date) as ship_date,
    carrier_code,
    service_code
from {{ source('raw', 'orders') }}
