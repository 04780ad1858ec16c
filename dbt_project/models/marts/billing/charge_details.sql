{{ config(
    materialized='incremental', incremental_strategy='append',
    pre_hook="{{ forget_changed_orders('int_orders_rebilled') }}"
) }}
-- One row for each label (or order shipped without one) × ship date: what is charged for it now, and, in a closed
-- month, what was billed for it. A voided label of a closed month stays, with zeros now. `charged_…` is what stands on
-- the bill: as billed, else as now. Nothing here is a total.
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
