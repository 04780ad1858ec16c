{{ config(
    materialized='incremental', incremental_strategy='append',
    pre_hook="{{ forget_changed_orders('int_orders_rebilled') }}"
) }}
-- One row for each label (or order shipped without one) × ship date: what is charged for it now, and, in a closed
-- month, what was billed for it. A voided label of a closed month stays, with zeros now. `charged_…` is what stands on
-- the bill: as billed, else as now. Nothing here is a total.
select * from {{ ref('int_details_billed') }}
where {{ order_changed('int_orders_rebilled') }}
