{{ config(post_hook='{{ check_opening_balances() }}') }}
-- One row per SKU (and lot, if known): stock at the end of the opening day.
with source as (

    select * from {{ ref('opening_balances') }}

),

opening_balances as (

    select
        {{ spelled('sku_code') }} as sku_code,
        {{ parse_lot('lot_number') }} as lot_number,
        quantity,
        opening_date
    from source

)

select * from opening_balances
