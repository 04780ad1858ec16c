{{ config(
    materialized='incremental', incremental_strategy='append',
    pre_hook="{{ forget_changed_orders('int_orders_rebilled') }}"
) }}
-- One row for each label (or order shipped without one) × ship date: what is charged for it now, and, in a closed
-- month, what was billed for it. A voided label of a closed month stays, with zeros now. Nothing here is a total.
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
        is_restated,
        is_missing,
        ship_date
    from details_billed

)

select * from charge_details
