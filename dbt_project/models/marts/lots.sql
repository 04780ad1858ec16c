-- One row for each lot of a SKU: those received, and those made on sight because a line or a label names them
-- (inferred). An inferred lot has no received date: nobody received it here. What an operator says a lot is wins over
-- what its balance says.
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

stated as (

    select
        states.sku_code,
        states.lot_number,
        arg_max(states.status, (states.valid_from_date, states.entered_at)) as status
    from {{ ref('stg_operations__lot_states') }} as states
    inner join {{ ref('stg_shipledger__build_context') }} as build_context
        on states.valid_from_date <= build_context.today
    group by all

),

lots as (

    select
        seen.sku_code || '-' || seen.lot_number as lot_id,
        seen.sku_code as sku_id,
        seen.sku_code,
        seen.lot_number,
        case
            when stated.status in ('quarantined', 'retired') then stated.status
            when moved.received_date is null then 'unreceived'
            when moved.quantity_on_hand > 0 then 'active'
            when moved.quantity_on_hand < 0 then 'overdrawn'
            else 'depleted'
        end as status,
        moved.received_date is null as is_inferred,
        moved.received_date
    from seen
    left join moved on seen.sku_code = moved.sku_code and seen.lot_number = moved.lot_number
    left join stated on seen.sku_code = stated.sku_code and seen.lot_number = stated.lot_number

)

select * from lots
