{{ config(materialized='view') }}
-- One row per lot of a key product with stock that expires soon, or has expired: an error from the day after its expiry
-- date on.
with build_context as (

    select * from {{ ref('stg_shipledger__build_context') }}

),

moved as (

    select * from {{ ref('int_lots_moved') }}

),

lots as (

    select * from {{ ref('int_lots_described') }}

),

expiring as (

    select
        moved.lot_id,
        moved.quantity_on_hand,
        lots.expiry_date,
        lots.expiry_date < build_context.today as is_expired,
        if(is_expired, lots.expiry_date + 1, lots.expiry_date - {{ var('lot_expiry_days') }}) as since_date,
        build_context.timezone
    from moved
    inner join lots
        on moved.sku_code = lots.sku_code and moved.lot_number = lots.lot_number
    cross join build_context
    where moved.quantity_on_hand > 0 and lots.expiry_date <= build_context.today + {{ var('lot_expiry_days') }}

),

excepted as (

    select
        'lot_expiring' as exception_type,
        if(is_expired, 'error', 'warning') as severity,
        null as shipstation_order_id,
        null as order_number,
        lot_id as subject,
        'expires on ' || expiry_date as cause,
        'Lot ' || lot_id || if(is_expired, ' expired on ', ' expires on ') || expiry_date || '; '
        || if(quantity_on_hand = 1, '1 unit is', quantity_on_hand || ' units are') || ' on hand.' as detail,
        cast(since_date as timestamp) at time zone timezone as first_seen_at
    from expiring

)

select * from excepted
