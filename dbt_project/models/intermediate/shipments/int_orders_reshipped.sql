-- One row per order whose shipped items an incremental build computes again: the changed ones, and those with a line on
-- a day that was assigned to lots again since the last finished build.
with changed as (

    select * from {{ ref('int_orders_changed') }}

),

reassigned as (

    select assigned.shipstation_order_id
    from {{ ref('int_lines_assigned') }} as assigned
    where assigned.build_number = {{ next_build_number() }}

),

reshipped as (

    select shipstation_order_id from changed
    union
    select shipstation_order_id from reassigned

)

select * from reshipped
