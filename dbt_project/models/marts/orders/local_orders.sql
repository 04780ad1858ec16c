-- One row per shop order, with its state. Its units count only with ShipStation's orders; units of waiting orders are
-- neither allocated nor shipped.
with local_orders_stated as (

    select * from {{ ref('int_local_orders_stated') }}

),

local_orders as (

    select
        order_number,
        order_key,
        shipstation_order_id,
        state,
        upload_event,
        upload_detail,
        quantity_stocked,
        is_manual_number,
        is_changed_after_shipping,
        order_date,
        ship_date,
        ordered_at,
        first_seen_at,
        changed_at,
        upload_noted_at
    from local_orders_stated

)

select * from local_orders
