{{ config(materialized='incremental', incremental_strategy='append', pre_hook='{{ forget_changed_orders() }}') }}
-- One row per shipped order, with its first ship date. A package is a label; an order marked as shipped elsewhere has
-- none. An order with two ship dates is one order. An order known only from the former system has a negative id; its
-- packages and postage are unknown.
with departures as (

    select * from {{ ref('int_departures') }}
    where {{ order_changed() }} and held_back_reason is null

),

shipped as (

    select
        shipstation_order_id,
        first(order_number order by ship_date, departed_at nulls last, shipment_id) as order_number,
        first(tracking_number order by ship_date, departed_at nulls last, shipment_id) as tracking_number,
        count(*) filter (where departure_kind = 'label') as package_count,
        cast(sum(postage_cents) as bigint) as shipping_cost_cents,
        min(ship_date) as ship_date
    from departures
    where departure_kind <> 'return_label'
    group by shipstation_order_id

)

select * from shipped
