{{ config(materialized='incremental', incremental_strategy='append', pre_hook='{{ forget_changed_days() }}') }}
-- One row per event day, key product and lot: its events, the units without a lot taken from it, and its balance. FIFO:
-- a day's receipts and units of named lots come first, then units without a lot are taken from the oldest lot with
-- stock, then the next. The rows keep the events they were computed from, so an incremental build computes only the
-- days from the first changed one on. Do not add up `balance` over days.
with recursive events as (

    select * from {{ ref('int_lot_events') }}

),

received as (

    select * from {{ ref('int_lots_received') }}

),

changed as (

    {{ first_changed_days('events', 'received') }}

),

events_by_step as (

    select
        events.*,
        dense_rank() over (partition by events.sku_code order by events.movement_date) as step
    from events
    inner join changed on events.sku_code = changed.sku_code and events.movement_date >= changed.from_date

),

eve as (

    {{ balances_on_the_eve() }}

),

walk as (

    select
        sku_code,
        null::date as movement_date,
        lot_number,
        0::bigint as quantity_in,
        0::bigint as quantity_out,
        0::bigint as quantity_taken,
        balance,
        0::bigint as step
    from eve
    union all
    (
        {{ take_from_oldest_lots() }}
    )

),

taken as (

    select
        walk.sku_code,
        walk.movement_date,
        walk.lot_number,
        walk.quantity_in,
        walk.quantity_out,
        walk.quantity_taken,
        walk.balance,
        received.received_date
    from walk
    left join received on walk.sku_code = received.sku_code and walk.lot_number = received.lot_number
    where walk.movement_date is not null

)

select * from taken
