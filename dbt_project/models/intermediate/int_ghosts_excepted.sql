{{ config(materialized='view') }}
-- One row for each order without lines. One that ShipStation confirms to be empty is being typed: it tells its age, by
-- the instant of the build, and is a warning once it is old.
with orders as (

    select * from {{ ref('int_orders_flagged') }}
    where is_ghost

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
        date_sub('hour', coalesce(order_states.since_at, orders.first_seen_at), build_context.as_of) as age_hours
    from orders
    cross join build_context
    left join order_states on orders.shipstation_order_id = order_states.shipstation_order_id

),

excepted as (

    select
        if(is_work_in_progress, 'work_in_progress', 'ghost_order') as exception_type,
        if(is_work_in_progress and age_hours < {{ var('work_in_progress_hours') }}, 'info', 'warning') as severity,
        shipstation_order_id,
        order_number,
        null::varchar as subject,
        order_status as cause,
        case
            when is_work_in_progress
                then 'Without lines for ' || {{ age_in_words('age_hours') }}
            else 'The order has no lines'
        end || '; its status is ' || order_status || '.' as detail,
        first_seen_at
    from aged

)

select * from excepted
