{{ config(materialized='incremental', incremental_strategy='replace_orders', unique_key='shipstation_order_id') }}
-- One row for each way goods left: a label that is not void, or, for a shipped order without an outbound label, its
-- first fulfillment or the order itself. `held_back_reason` names why a departure is in no report. Return labels
-- carry postage but no goods. `carries_remainder`: takes what no other label of the order lists.
with orders as (

    select * from {{ ref('int_orders_settled') }}
    where {{ order_changed() }}

),

labels as (

    select
        *,
        if(is_return_label, 'return_label', 'label') as departure_kind,
        row_number() over (
            partition by shipstation_order_id, is_return_label, has_items order by created_at nulls last, shipment_id
        ) as nth_of_its_kind
    from {{ ref('stg_shipstation__shipments') }}
    where not is_voided and {{ order_changed() }}

),

fulfillments as (

    select
        *,
        row_number() over (partition by shipstation_order_id order by ship_date nulls last, fulfillment_id) as nth
    from {{ ref('stg_shipstation__fulfillments') }}
    where not is_voided and {{ order_changed() }}

),

build_context as (

    select * from {{ ref('stg_shipledger__build_context') }}

),

departures as (

    select
        shipstation_order_id,
        shipment_id,
        departure_kind,
        order_number,
        carrier_code,
        service_code,
        carrier_account_id,
        tracking_number,
        shipment_cost_cents + insurance_cost_cents as postage_cents,
        has_items as lists_items,
        departure_kind = 'label' and not has_items and nth_of_its_kind = 1 as carries_remainder,
        ship_date,
        created_at as departed_at,
        first_seen_at,
        arrived_by
    from labels
    union all
    select
        orders.shipstation_order_id,
        null as shipment_id,
        if(fulfillments.fulfillment_id is null, 'order', 'fulfillment') as departure_kind,
        orders.order_number,
        coalesce(fulfillments.carrier_code, orders.carrier_code) as carrier_code,
        coalesce(fulfillments.service_code, orders.service_code) as service_code,
        orders.carrier_account_id,
        fulfillments.tracking_number,
        0 as postage_cents,
        false as lists_items,
        true as carries_remainder,
        coalesce(fulfillments.ship_date, orders.planned_ship_date) as ship_date,
        null as departed_at,
        coalesce(fulfillments.first_seen_at, orders.first_seen_at) as first_seen_at,
        coalesce(fulfillments.arrived_by, orders.arrived_by) as arrived_by
    from orders
    left join fulfillments
        on orders.shipstation_order_id = fulfillments.shipstation_order_id and fulfillments.nth = 1
    where
        orders.order_status = 'shipped'
        and orders.shipstation_order_id not in (
            select labels.shipstation_order_id from labels
            where not labels.is_return_label
        )

),

judged as (

    select
        departures.*,
        case
            when departures.ship_date is null then 'missing_ship_date'
            when
                coalesce(departures.arrived_by, 'sync') <> 'backfill'
                and departures.ship_date
                < {{ business_date('departures.first_seen_at', 'build_context.timezone') }}
                - {{ var('late_history_days') }}
                then 'historical_shipment'
        end as held_back_reason,
        orders.shipstation_order_id is not null as has_order
    from departures
    cross join build_context
    left join orders on departures.shipstation_order_id = orders.shipstation_order_id

)

select * from judged
