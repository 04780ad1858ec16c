{{ config(materialized='view') }}
-- One row per closed month and key product whose pallet-days differ from the bill, with the stock movements since the
-- close.
with compared as (

    select * from {{ ref('int_stock_compared') }}

),

causes as (

    select * from {{ ref('int_stock_causes') }}

),

restated as (

    select
        concat_ws('|', 'storage', compared.month, compared.sku_code) as restatement_key,
        causes.shipstation_order_id,
        causes.order_number,
        causes.shipment_id,
        causes.entry_id,
        compared.sku_code as sku_codes,
        compared.first_date as restated_date,
        compared.pallet_count,
        compared.storage_charge_cents,
        'pallet-days of ' || compared.sku_code || ' changed by ' || compared.pallet_count || ' from '
        || compared.first_date || ' on: ' || case
            when compared.billed_units_per_pallet <> compared.units_per_pallet
                then compared.units_per_pallet || ' units per pallet, billed with ' || compared.billed_units_per_pallet
            else coalesce(
                causes.causes, abs(compared.quantity) || ' units on hand '
                || if(compared.quantity > 0, 'more', 'fewer') || ' than at the close'
            )
        end as cause
    from compared
    left join causes on compared.month = causes.month and compared.sku_code = causes.sku_code

)

select * from restated
