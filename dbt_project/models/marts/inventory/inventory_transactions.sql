-- One row per movement of a key product: opening balances, operators' entries after the opening day, and shipments, one
-- row per day, SKU and lot. The stock at the end of a day is the sum of `quantity` up to that day, and nothing else.
with transactions_booked as (

    select * from {{ ref('int_transactions_booked') }}

),

inventory_transactions as (

    select
        transaction_id,
        transaction_date,
        sku_id,
        sku_code,
        lot_id,
        lot_number,
        transaction_type,
        quantity,
        reason,
        actor
    from transactions_booked

)

select * from inventory_transactions
