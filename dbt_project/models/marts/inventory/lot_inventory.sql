-- One row per lot of a key product: its current balance and its FIFO position; a quarantined or retired lot has none.
-- Lots plus the unassigned units of a SKU add up to its stock. A negative balance means that more was shipped than
-- received.
with lots_ranked as (

    select * from {{ ref('int_lots_ranked') }}

),

lot_inventory as (

    select
        lot_id,
        sku_code,
        lot_number,
        received_date,
        quantity_on_hand,
        fifo_rank
    from lots_ranked

)

select * from lot_inventory
