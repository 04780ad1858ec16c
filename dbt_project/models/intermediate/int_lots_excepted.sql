{{ config(materialized='view') }}
-- One row for each lot below zero, for each order lately shipped with units that no lot covers (older ones by day
-- and SKU).
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

balances as (

    select
        lot_id,
        transaction_date,
        sum(quantity) over (partition by lot_id order by transaction_date, -quantity, transaction_id) as balance
    from {{ ref('inventory_transactions') }}
    where lot_id is not null

),

overdrawn as (

    select
        lot_inventory.lot_id,
        lot_inventory.quantity_on_hand,
        lot_inventory.received_date,
        min(balances.transaction_date) as since_date
    from {{ ref('lot_inventory') }} as lot_inventory
    inner join balances on lot_inventory.lot_id = balances.lot_id and balances.balance < 0
    where lot_inventory.quantity_on_hand < 0
    group by all

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
        'lot_overdrawn' as exception_type,
        if(overdrawn.received_date is null, 'info', 'warning') as severity,
        null as shipstation_order_id,
        null as order_number,
        'Lot ' || overdrawn.lot_id || ' stands at ' || overdrawn.quantity_on_hand || '.' as detail,
        cast(overdrawn.since_date as timestamp) at time zone build_context.timezone as first_seen_at
    from overdrawn
    cross join build_context
    union all
    select
        'unassigned_lot' as exception_type,
        'info' as severity,
        unassigned.shipstation_order_id,
        unassigned.order_number,
        unassigned.quantity || ' of ' || unassigned.sku_code || ' left on ' || unassigned.ship_date
        || ' from no known lot.' as detail,
        cast(unassigned.ship_date as timestamp) at time zone build_context.timezone as first_seen_at
    from unassigned
    cross join build_context

)

select * from excepted
