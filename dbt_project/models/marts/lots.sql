-- One row for each lot of a SKU: those received, and those made on sight because a line or a label names them
-- (inferred). An inferred lot has no received date: nobody received it here.
with seen as (

    select
        sku_code,
        lot_number
    from {{ ref('int_lots_moved') }}
    union
    select
        sku_code,
        lot_number
    from {{ ref('int_shipped_daily') }}
    where lot_number is not null
    union
    select
        sku_code,
        lot_number
    from {{ ref('order_items_inbox') }}
    where lot_id is not null

),

moved as (

    select * from {{ ref('int_lots_moved') }}

),

lots as (

    select
        seen.sku_code || '-' || seen.lot_number as lot_id,
        seen.sku_code as sku_id,
        seen.sku_code,
        seen.lot_number,
        case
            when moved.received_date is null then 'unreceived'
            when moved.quantity_on_hand > 0 then 'active'
            when moved.quantity_on_hand < 0 then 'overdrawn'
            else 'depleted'
        end as status,
        moved.received_date is null as is_inferred,
        moved.received_date
    from seen
    left join moved on seen.sku_code = moved.sku_code and seen.lot_number = moved.lot_number

)

select * from lots
