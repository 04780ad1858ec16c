{{ config(materialized='view') }}
-- One row per lot of a key product: its current balance and its FIFO position; a quarantined or retired lot has none.
-- Lots plus the unassigned units of a SKU add up to its stock. A negative balance means that more was shipped than
-- received.
with lots as (

    select * from {{ ref('int_lots_seen') }}

),

skus as (

    select * from {{ ref('stg_reference__skus') }}
    where is_key_product

),

moved as (

    select * from {{ ref('int_lots_moved') }}

),

balances as (

    select
        lots.lot_id,
        lots.sku_code,
        lots.lot_number,
        lots.received_date,
        lots.status,
        coalesce(moved.quantity_on_hand, 0) as quantity_on_hand
    from lots
    inner join skus on lots.sku_code = skus.sku_code
    left join moved on lots.lot_id = moved.lot_id

),

ranked as (

    select
        * exclude (status),
        case
            when status = 'active'
                then row_number() over (partition by sku_code, status = 'active' order by received_date, lot_number)
        end as fifo_rank
    from balances

)

select * from ranked
