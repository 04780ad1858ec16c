{{ config(materialized='view') }}
-- One row per lot described beyond its movements: by an operator (the last status and expiry date apply), or by the
-- former system, which has a received date before the opening day and whether the lot was active.
with former_receipts as (

    select
        sku_code,
        lot_number,
        transaction_date as received_date,
        null::boolean as is_active
    from {{ ref('stg_legacy__transactions') }}
    where transaction_type = 'receive' and quantity > 0 and lot_number is not null
    union all
    select
        sku_code,
        lot_number,
        received_date,
        is_active
    from {{ ref('stg_legacy__lots') }}

),

former_lots as (

    select
        sku_code,
        lot_number,
        min(received_date) as received_date,
        if(bool_or(is_active) = false, 'retired', null) as status
    from former_receipts
    group by all

),

stated as (

    select
        states.sku_code,
        states.lot_number,
        -- `arg_max` skips the rows that set no status, or no expiry date.
        arg_max(states.status, (states.valid_from_date, states.entered_at)) as status,
        try_cast(arg_max(states.stated_expiry, states.entered_at) as date) as expiry_date
    from {{ ref('stg_operations__lot_states') }} as states
    inner join {{ ref('stg_shipledger__build_context') }} as build_context
        on states.valid_from_date <= build_context.today
    group by all

),

described as (

    select
        coalesce(stated.sku_code, former_lots.sku_code) as sku_code,
        coalesce(stated.lot_number, former_lots.lot_number) as lot_number,
        coalesce(stated.status, former_lots.status) as status,
        former_lots.received_date,
        stated.expiry_date
    from stated
    full outer join former_lots
        on stated.sku_code = former_lots.sku_code and stated.lot_number = former_lots.lot_number

)

select * from described
