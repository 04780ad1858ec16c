{{ config(materialized='view') }}
-- One row per recently shipped order, day and key product with unassigned units; older ones by day and SKU.
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

uncovered as (

    select
        assigned.shipstation_order_id,
        shipped.order_number,
        assigned.ship_date,
        assigned.sku_code,
        assigned.quantity
    from {{ ref('int_lines_assigned') }} as assigned
    inner join {{ ref('int_lines_shipped') }} as shipped
        on assigned.shipstation_order_id = shipped.shipstation_order_id and assigned.line_key = shipped.line_key
    where assigned.lot_number is null

),

unassigned as (

    select
        if(
            uncovered.ship_date >= build_context.today - {{ var('late_history_days') }},
            uncovered.shipstation_order_id, null
        ) as shipstation_order_id,
        if(
            uncovered.ship_date >= build_context.today - {{ var('late_history_days') }},
            uncovered.order_number, null
        ) as order_number,
        uncovered.ship_date,
        uncovered.sku_code,
        sum(uncovered.quantity) as quantity
    from uncovered
    inner join skus on uncovered.sku_code = skus.sku_code
    inner join opening on uncovered.ship_date > opening.opening_date
    cross join build_context
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
        unassigned.quantity || ' of ' || unassigned.sku_code || ' shipped on ' || unassigned.ship_date
        || ' without a known lot.' as detail,
        cast(unassigned.ship_date as timestamp) at time zone build_context.timezone as first_seen_at
    from unassigned
    cross join build_context

)

select * from excepted
