{{ config(materialized='view') }}
-- One row per order without lines. An open one that ShipStation confirmed to be empty is being typed in: its detail has
-- its age at the instant of the build, and it becomes a warning once it is old. A shipped one is an error: only the
-- units that its labels list count, while the order charge stays.
with orders as (

    select * from {{ ref('int_orders_flagged') }}
    where is_ghost or is_shipped_without_lines

),

order_states as (

    select * from {{ ref('stg_shipstation__order_states') }}

),

build_context as (

    select * from {{ ref('stg_shipledger__build_context') }}

),

aged as (

    select
        orders.*,
        '; its status is ' || orders.order_status || '.' as its_status,
        date_sub('hour', coalesce(order_states.since_at, orders.first_seen_at), build_context.as_of) as age_hours
    from orders
    cross join build_context
    left join order_states on orders.shipstation_order_id = order_states.shipstation_order_id

),

excepted as (

    select
        case
            when is_shipped_without_lines then 'shipped_without_lines'
            when is_work_in_progress then 'work_in_progress'
            else 'ghost_order'
        end as exception_type,
        case
            when is_shipped_without_lines then 'error'
            when is_work_in_progress and age_hours < {{ var('work_in_progress_hours') }} then 'info'
            else 'warning'
        end as severity,
        shipstation_order_id,
        order_number,
        null::varchar as subject,
        order_status as cause,
        case
            when is_shipped_without_lines
                then 'Shipped without lines: only the units that its labels list count; its order charge stays.'
            when is_work_in_progress
                then 'Without lines for ' || {{ age_in_words('age_hours') }} || its_status
            else 'The order has no lines' || its_status
        end as detail,
        first_seen_at
    from aged

)

select * from excepted
