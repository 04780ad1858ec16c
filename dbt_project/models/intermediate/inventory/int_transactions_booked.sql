-- One row per movement of a key product: opening balances, operators' entries after the opening day, and shipments, one
-- row per day, SKU and lot. The stock at the end of a day is the sum of `quantity` up to that day, and nothing else.
with skus as (

    select * from {{ ref('stg_reference__skus') }}
    where is_key_product

),

movements as (

    select * from {{ ref('int_stock_moved') }}

),

transactions as (

    select
        movements.transaction_id,
        movements.transaction_date,
        skus.sku_id,
        movements.sku_code,
        movements.sku_code || '-' || movements.lot_number as lot_id,
        movements.lot_number,
        movements.transaction_type,
        movements.quantity,
        movements.reason,
        movements.actor
    from movements
    inner join skus on movements.sku_code = skus.sku_code

)

select * from transactions
