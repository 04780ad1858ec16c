{{ config(materialized='view') }}
-- One row per movement of any SKU: opening balances, operators' entries after the opening day, and shipments, one row
-- per day, SKU and lot. `quantity` is signed: the change of the stock.
with opening_balances as (

    select * from {{ ref('stg_reference__opening_balances') }}

),

opening_day as (

    select min(opening_date) as opening_date from opening_balances

),

movements as (

    select
        concat_ws(':', 'opening', sku_code, lot_number) as transaction_id,
        opening_date as transaction_date,
        sku_code,
        lot_number,
        'opening' as transaction_type,
        quantity,
        null as reason,
        null as actor
    from opening_balances
    union all
    select
        entries.transaction_id,
        entries.entry_date as transaction_date,
        entries.sku_code,
        entries.lot_number,
        entries.entry_type as transaction_type,
        entries.quantity,
        entries.reason,
        entries.actor
    from {{ ref('int_entries_booked') }} as entries
    union all
    select
        concat_ws(
            ':', 'ship', shipped.ship_date, shipped.sku_code, shipped.lot_source, shipped.lot_number
        ) as transaction_id,
        shipped.ship_date as transaction_date,
        shipped.sku_code,
        shipped.lot_number,
        'ship' as transaction_type,
        -shipped.quantity_shipped as quantity,
        null as reason,
        null as actor
    from {{ ref('int_shipped_by_lot') }} as shipped
    inner join opening_day on shipped.ship_date > opening_day.opening_date

)

select * from movements
