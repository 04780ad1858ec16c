{{ config(materialized='view') }}
-- One row per lot of a key product: its current balance, its FIFO position by received date, and its position among the
-- lots that are proposed for shipping, by expiry date where dates are kept; a quarantined or retired lot has neither.
-- Units that have shipped without a lot are assigned in `int_lots_taken`, without regard to expiry dates. Lots plus the
-- unassigned units of a SKU add up to its stock. A negative balance means that more was shipped than received.
with lots as (

    select * from {{ ref('int_lots_seen') }}

),

skus as (

    select * from {{ ref('stg_reference__skus') }}
    where is_key_product

),

build_context as (

    select * from {{ ref('stg_shipledger__build_context') }}

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
        lots.expiry_date,
        lots.status = 'active' as is_active,
        lots.status = 'active' and coalesce(lots.expiry_date >= build_context.today, true) as is_proposed,
        coalesce(moved.quantity_on_hand, 0) as quantity_on_hand
    from lots
    cross join build_context
    inner join skus on lots.sku_code = skus.sku_code
    left join moved on lots.lot_id = moved.lot_id

),

ranked as (

    select
        * exclude (is_active, is_proposed),
        case
            when is_active
                then row_number() over (partition by sku_code, is_active order by received_date, lot_number)
        end as fifo_rank,
        case
            when is_proposed
                then row_number() over (
                    partition by sku_code, is_proposed order by expiry_date nulls last, received_date, lot_number
                )
        end as pick_rank
    from balances

)

select * from ranked
