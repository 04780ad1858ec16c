{{ config(materialized='view') }}
-- One row for each lot of a key product that has stock movements: its balance up to today.
with transactions as (

    select * from {{ ref('inventory_transactions') }}

),

build_context as (

    select * from {{ ref('stg_shipledger__build_context') }}

),

moved as (

    select
        transactions.lot_id,
        transactions.sku_code,
        transactions.lot_number,
        min(transactions.transaction_date) filter (
            where transactions.quantity > 0 and transactions.transaction_type <> 'count'
        ) as received_date,
        cast(coalesce(sum(transactions.quantity) filter (
            where transactions.transaction_date <= build_context.today
        ), 0) as bigint) as quantity_on_hand
    from transactions
    cross join build_context
    where transactions.lot_id is not null
    group by all

)

select * from moved
