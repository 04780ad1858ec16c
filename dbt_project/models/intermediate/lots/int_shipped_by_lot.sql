{{ config(materialized='view') }}
-- One row per ship date, SKU, lot and source of the lot: named on the label, taken by FIFO, or unassigned.
with shipped as (

    select * from {{ ref('int_shipped_daily') }}

),

taken as (

    select * from {{ ref('int_lots_taken') }}
    where quantity_taken > 0

),

taken_by_day as (

    select
        movement_date,
        sku_code,
        sum(quantity_taken) as quantity_taken
    from taken
    group by all

),

by_lot as (

    select
        ship_date,
        sku_code,
        lot_number,
        'shipment' as lot_source,
        quantity_shipped
    from shipped
    where lot_number is not null
    union all
    select
        movement_date as ship_date,
        sku_code,
        lot_number,
        'fifo' as lot_source,
        quantity_taken as quantity_shipped
    from taken
    union all
    select
        shipped.ship_date,
        shipped.sku_code,
        null as lot_number,
        'unassigned' as lot_source,
        cast(shipped.quantity_shipped - coalesce(taken_by_day.quantity_taken, 0) as bigint) as quantity_shipped
    from shipped
    left join taken_by_day
        on shipped.ship_date = taken_by_day.movement_date and shipped.sku_code = taken_by_day.sku_code
    where
        shipped.lot_number is null
        and shipped.quantity_shipped <> coalesce(taken_by_day.quantity_taken, 0)

)

select * from by_lot
