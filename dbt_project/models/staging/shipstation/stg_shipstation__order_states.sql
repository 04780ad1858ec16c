-- One row for each order that was fetched by itself because it had no lines: what ShipStation said about it.
with source as (

    select * from {{ source('shipstation', 'order_states') }}

),

order_states as (

    select
        order_id as shipstation_order_id,
        state,
        checked_at
    from source

)

select * from order_states
