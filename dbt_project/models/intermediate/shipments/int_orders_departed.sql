{{ config(materialized='incremental', incremental_strategy='append', pre_hook='{{ forget_changed_orders() }}') }}
-- One row per shipped order that left without a label: dated by its first fulfillment, else by the order itself. For an
-- order with labels, the units that none of them carries left with its first fulfillment; without one they did not
-- leave, as far as is known.
with orders as (

    select * from {{ ref('int_orders_settled') }}
    where {{ order_changed() }} and order_status = 'shipped'

),

labelled as (

    select
        shipstation_order_id,
        bool_or(carries_remainder) as carries_remainder
    from {{ ref('int_labels_departed') }}
    where {{ order_changed() }} and departure_kind = 'label'
    group by shipstation_order_id

),

unlisted as (

    select distinct shipstation_order_id from {{ ref('int_lines_unlisted') }}
    where {{ order_changed() }}

),

fulfillments as (

    select
        *,
        row_number() over (partition by shipstation_order_id order by ship_date nulls last, fulfillment_id) as nth
    from {{ ref('stg_shipstation__fulfillments') }}
    where {{ order_changed() }} and not is_voided

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
        true as carries_remainder,
        coalesce(fulfillments.ship_date, orders.planned_ship_date) as ship_date,
        null::timestamptz as departed_at,
        coalesce(fulfillments.first_seen_at, orders.first_seen_at) as first_seen_at,
        coalesce(fulfillments.arrived_by, orders.arrived_by) as arrived_by
    from orders
    left join fulfillments
        on orders.shipstation_order_id = fulfillments.shipstation_order_id and fulfillments.nth = 1
    left join labelled on orders.shipstation_order_id = labelled.shipstation_order_id
    left join unlisted on orders.shipstation_order_id = unlisted.shipstation_order_id
    where
        labelled.shipstation_order_id is null
        or (
            not labelled.carries_remainder
            and fulfillments.fulfillment_id is not null
            and unlisted.shipstation_order_id is not null
        )

)

select * from departed
