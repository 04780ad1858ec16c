{{ config(
    materialized='incremental', incremental_strategy='append',
    pre_hook="{{ forget_changed_orders('int_orders_rebilled') }}"
) }}
-- One row per label (or order shipped without a label) and ship date: its current charges and, if the month is closed,
-- the billed ones. A voided label of a closed month stays, with current values of zero. `charged_…` are the values on
-- the bill: the billed ones, else the current ones. No column is a total.
with details_billed as (

    select * from {{ ref('int_details_billed') }}
    where {{ order_changed('int_orders_rebilled') }}

),

charge_details as (

    select
        detail_key,
        shipstation_order_id,
        shipment_id,
        order_number,
        units_by_sku,
        billed_units_by_sku,
        order_count,
        billed_order_count,
        package_count,
        billed_package_count,
        unit_count,
        billed_unit_count,
        postage_cents,
        billed_postage_cents,
        charged_order_count,
        charged_package_count,
        charged_unit_count,
        charged_postage_cents,
        charged_units_by_sku,
        order_charge_cents,
        handling_charge_cents,
        is_restated,
        is_missing,
        ship_date
    from details_billed

)

select * from charge_details
