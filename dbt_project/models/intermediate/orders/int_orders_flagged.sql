{{ config(materialized='view') }}
-- One row per unusual order: without lines, gone from ShipStation, with another customer's number, or with others
-- merged into it.
with flagged as (

    select
        shipstation_order_id,
        order_number,
        order_status,
        is_ghost,
        order_status = 'shipped' and line_count = 0 as is_shipped_without_lines,
        is_missing,
        has_contested_number,
        same_number_count,
        is_one_customer,
        is_work_in_progress,
        is_merged,
        merged_ids,
        modified_at,
        first_seen_at
    from {{ ref('int_orders_described') }}
    where
        is_ghost
        or (order_status = 'shipped' and line_count = 0)
        or is_missing
        or has_contested_number
        or is_merged

)

select * from flagged
