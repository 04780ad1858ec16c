{{ config(materialized='view') }}
-- One row for each order whose shipped items must be written again: the changed ones, and those whose units without a
-- lot are assigned to lots again. In a full build: all.
with changed as (

    select * from {{ ref('int_orders_changed') }}

),

reassigned as (

    select * from {{ ref('int_orders_reassigned') }}

),

reshipped as (

    select shipstation_order_id from changed
    union
    select shipstation_order_id from reassigned

)

select * from reshipped
