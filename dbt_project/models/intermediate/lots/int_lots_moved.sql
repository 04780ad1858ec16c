{{ config(materialized='view') }}
-- One row per lot of a key product with stock movements: its balance up to today, and its received date, which gives
-- its FIFO position.
with transactions as (

    select * from {{ ref('int_transactions_booked') }}

),

received as (

    select * from {{ ref('int_lots_received') }}

),

build_context as (

    select * from {{ ref('stg_shipledger__build_context') }}

),

moved as (

    select
        transactions.lot_id,
        transactions.sku_code,
        transactions.lot_number,
        received.received_date,
        cast(coalesce(sum(transactions.quantity) filter (
            where transactions.transaction_date <= build_context.today
        ), 0) as bigint) as quantity_on_hand
    from transactions
    cross join build_context
    left join received
        on transactions.sku_code = received.sku_code and transactions.lot_number = received.lot_number
    where transactions.lot_id is not null
    group by all

)

select * from moved
