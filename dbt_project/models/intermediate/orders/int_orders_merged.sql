{{ config(materialized='view') }}
-- One row per order that was merged into another: only the payload of the remaining order says so. If several do, the
-- one changed last counts.
with orders as (

    select * from {{ ref('int_orders_flagged') }}
    where is_merged

),

listed as (

    select
        shipstation_order_id as surviving_order_id,
        order_number,
        modified_at,
        unnest(merged_ids) as merged_id
    from orders

),

merged as (

    select
        try_cast(merged_id as bigint) as shipstation_order_id,
        last(
            coalesce(order_number, cast(surviving_order_id as varchar))
            order by modified_at nulls first, surviving_order_id
        ) as merged_into
    from listed
    where try_cast(merged_id as bigint) <> surviving_order_id
    group by all

)

select * from merged
