{{ config(materialized='view') }}
-- One row: the run, time and contents of this snapshot.
with build_context as (

    select * from {{ ref('stg_shipledger__build_context') }}

),

orders as (

    select
        count(*) as order_count,
        max(modified_at) as newest_modified_at
    from {{ ref('int_orders_described') }}

),

shipped as (

    select max(ship_date) as newest_ship_date from {{ ref('int_shipped_daily') }}

),

described as (

    select
        build_context.run_id,
        build_context.timezone,
        orders.order_count,
        build_context.today,
        shipped.newest_ship_date,
        build_context.as_of,
        orders.newest_modified_at
    from build_context
    cross join orders
    cross join shipped

)

select * from described
