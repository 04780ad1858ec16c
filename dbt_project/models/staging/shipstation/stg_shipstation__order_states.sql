-- One row per order that was ever loaded without lines or merged into another, with its state.
with source as (

    select * from {{ source('shipstation', 'order_states') }}

),

order_states as (

    select
        order_id as shipstation_order_id,
        _dlt_load_id as load_id,
        state,
        since_at,
        checked_at
    from source

)

select * from order_states
