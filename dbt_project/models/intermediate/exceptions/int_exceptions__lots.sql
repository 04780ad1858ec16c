{{ config(materialized='view') }}
-- One row per lot of a key product with a negative balance: more was shipped than received. The day it last became
-- negative distinguishes one shortage from the next.
with build_context as (

    select * from {{ ref('stg_shipledger__build_context') }}

),

balances as (

    select
        lot_id,
        transaction_date,
        sum(quantity) over movements_in_order as balance,
        row_number() over movements_in_order as nth
    from {{ ref('int_transactions_booked') }}
    where lot_id is not null
    window movements_in_order as (partition by lot_id order by transaction_date, -quantity, transaction_id)

),

uncovered as (

    select
        lot_id,
        transaction_date
    from balances
    qualify nth > max(if(balance >= 0, nth, 0)) over (partition by lot_id)

),

overdrawn as (

    select
        lot_inventory.lot_id,
        lot_inventory.quantity_on_hand,
        lot_inventory.received_date,
        min(uncovered.transaction_date) as since_date
    from {{ ref('int_lots_ranked') }} as lot_inventory
    inner join uncovered on lot_inventory.lot_id = uncovered.lot_id
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
        'below zero since ' || overdrawn.since_date as cause,
        'Lot ' || overdrawn.lot_id || ' has a balance of ' || overdrawn.quantity_on_hand || '.' as detail,
        cast(overdrawn.since_date as timestamp) at time zone build_context.timezone as first_seen_at
    from overdrawn
    cross join build_context

)

select * from excepted
