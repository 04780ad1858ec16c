{{ config(materialized='view') }}
-- One row per order whose shipped items an incremental build computes again: the changed ones, and those with a line on
-- a day that was assigned to lots again since the last finished build.
with changed as (

    select * from {{ ref('int_orders_changed') }}

),

reassigned as (

    select assigned.shipstation_order_id
    from {{ ref('int_lines_assigned') }} as assigned
    inner join {{ ref('stg_shipledger__build_context') }} as build_context
        on assigned.build_number >= build_context.build_number

),

reshipped as (

    select shipstation_order_id from changed
    union
    select shipstation_order_id from reassigned

)

select * from reshipped
