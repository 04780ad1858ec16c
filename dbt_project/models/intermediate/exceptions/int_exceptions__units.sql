{{ config(materialized='view') }}
-- One row for each order lately shipped × day × key product with units that no lot covers; older ones by day and SKU.
with build_context as (

    select * from {{ ref('stg_shipledger__build_context') }}

),

skus as (

    select * from {{ ref('stg_reference__skus') }}
    where is_key_product

),

opening as (

    select min(opening_date) as opening_date from {{ ref('stg_reference__opening_balances') }}

),

unassigned as (

    select
        if(
            shipped_items.ship_date >= build_context.today - {{ var('late_history_days') }},
            shipped_items.shipstation_order_id, null
        ) as shipstation_order_id,
        if(
            shipped_items.ship_date >= build_context.today - {{ var('late_history_days') }},
            shipped_items.order_number, null
        ) as order_number,
        shipped_items.ship_date,
        shipped_items.sku_code,
        sum(shipped_items.quantity_shipped) as quantity
    from {{ ref('shipped_items') }} as shipped_items
    inner join skus on shipped_items.sku_code = skus.sku_code
    inner join opening on shipped_items.ship_date > opening.opening_date
    cross join build_context
    where shipped_items.lot_source = 'unassigned'
    group by all

),

excepted as (

    select
        'unassigned_lot' as exception_type,
        'info' as severity,
        unassigned.shipstation_order_id,
        unassigned.order_number,
        unassigned.sku_code || ' ' || unassigned.ship_date as subject,
        unassigned.quantity || ' units' as cause,
        unassigned.quantity || ' of ' || unassigned.sku_code || ' left on ' || unassigned.ship_date
        || ' from no known lot.' as detail,
        cast(unassigned.ship_date as timestamp) at time zone build_context.timezone as first_seen_at
    from unassigned
    cross join build_context

)

select * from excepted
