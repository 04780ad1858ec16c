{{ config(materialized='view') }}
-- One row per open ShipStation order, SKU and lot named: the units that have not shipped on a label. `lot_number` is
-- null for units without a named lot.
with open_orders as (

    select shipstation_order_id
    from {{ ref('int_orders_described') }}
    where {{ is_open_order('order_status') }}

),

carried as (

    select shipstation_order_id
    from {{ ref('int_departures') }}
    where carries_remainder

),

outstanding as (

    select
        unlisted.shipstation_order_id,
        unlisted.sku_code,
        unlisted.lot_number,
        cast(sum(unlisted.quantity_left) as bigint) as quantity
    from {{ ref('int_lines_unlisted') }} as unlisted
    where
        unlisted.sku_code is not null
        and unlisted.shipstation_order_id in (select open_orders.shipstation_order_id from open_orders)
        and unlisted.shipstation_order_id not in (select carried.shipstation_order_id from carried)
    group by all

)

select * from outstanding
