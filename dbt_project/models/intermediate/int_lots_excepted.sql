{{ config(materialized='view') }}
-- One row for each lot of a key product below zero: more was shipped of it than was received.
with build_context as (

    select * from {{ ref('stg_shipledger__build_context') }}

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

excepted as (

    select
        'lot_overdrawn' as exception_type,
        if(overdrawn.received_date is null, 'info', 'warning') as severity,
        null as shipstation_order_id,
        null as order_number,
        overdrawn.lot_id as subject,
        'Lot ' || overdrawn.lot_id || ' stands at ' || overdrawn.quantity_on_hand || '.' as detail,
        cast(overdrawn.since_date as timestamp) at time zone build_context.timezone as first_seen_at
    from overdrawn
    cross join build_context

)

select * from excepted
