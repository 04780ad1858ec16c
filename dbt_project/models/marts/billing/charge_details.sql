{{ config(
    materialized='incremental', incremental_strategy='append',
    pre_hook="{{ forget_changed_orders('int_orders_rebilled') }}"
) }}
-- One row per label (or order shipped without a label) and ship date: its current charges and, if the month is closed,
-- the billed ones. A voided label of a closed month stays, with current values of zero. `charged_…` are the values on
-- the bill: the billed ones, else the current ones. No column is a total.
select * from {{ ref('int_details_billed') }}
where {{ order_changed('int_orders_rebilled') }}
