{{ config(materialized='view') }}
-- One row for each shipped order without an outbound label, of the orders this build computes again: it left as its
-- first fulfillment says, else as the order itself says.
with orders as (

    select * from {{ ref('int_orders_settled') }}
    where order_status = 'shipped'

),

labels as (

    select * from {{ changed_rows('stg_shipstation__shipments') }}
    where not is_voided and not is_return_label

),

fulfillments as (

    select
        *,
        row_number() over (partition by shipstation_order_id order by ship_date nulls last, fulfillment_id) as nth
    from {{ changed_rows('stg_shipstation__fulfillments') }}
    where not is_voided

),

departed as (

    select
        orders.shipstation_order_id,
        null::bigint as shipment_id,
        if(fulfillments.fulfillment_id is null, 'order', 'fulfillment') as departure_kind,
        orders.order_number,
        coalesce(fulfillments.carrier_code, orders.carrier_code) as carrier_code,
        coalesce(fulfillments.service_code, orders.service_code) as service_code,
        orders.carrier_account_id,
        fulfillments.tracking_number,
        0::bigint as postage_cents,
        false as lists_items,
        true as carries_remainder,
        coalesce(fulfillments.ship_date, orders.planned_ship_date) as ship_date,
        null::timestamptz as departed_at,
        coalesce(fulfillments.first_seen_at, orders.first_seen_at) as first_seen_at,
        coalesce(fulfillments.arrived_by, orders.arrived_by) as arrived_by
    from orders
    left join fulfillments
        on orders.shipstation_order_id = fulfillments.shipstation_order_id and fulfillments.nth = 1
    where orders.shipstation_order_id not in (select labels.shipstation_order_id from labels)

)

select * from departed
