{{ config(materialized='incremental', incremental_strategy='append', pre_hook='{{ forget_changed_orders() }}') }}
-- One row per departure: a label that is not void; for units of a shipped order that no label carries, its first
-- fulfillment; for a shipped order with neither, the order itself. `held_back_reason` is the reason why a departure is
-- in no report. Return labels have postage but no goods. `carries_remainder`: includes the units that no label of the
-- order lists; at most one departure per order. The order number is the order's current one, else the label's.
-- Departures known only from the former system have negative ids.
with orders as (

    select * from {{ ref('int_orders_settled') }}
    where {{ order_changed() }}

),

build_context as (

    select * from {{ ref('stg_shipledger__build_context') }}

),

departures as (

    select * from {{ ref('int_labels_departed') }}
    where {{ order_changed() }}
    union all by name
    select * from {{ ref('int_orders_departed') }}
    where {{ order_changed() }}

),

judged as (

    select
        departures.* replace (coalesce(orders.order_number, departures.order_number) as order_number),
        case
            when departures.ship_date is null then 'missing_ship_date'
            when
                coalesce(departures.arrived_by, 'sync') <> 'backfill'
                and departures.ship_date
                < {{ business_date('departures.first_seen_at', 'build_context.timezone') }}
                - {{ var('late_history_days') }}
                then 'historical_shipment'
            -- A label may be bought some days before the parcel leaves, but not in another year.
            when departures.ship_date > build_context.today + {{ var('early_label_days') }} then 'future_ship_date'
            when departures.ship_date > build_context.today then 'before_its_day'
        end as held_back_reason,
        orders.shipstation_order_id is not null as has_order
    from departures
    cross join build_context
    left join orders on departures.shipstation_order_id = orders.shipstation_order_id
    union all by name
    select * from {{ ref('int_legacy_departures') }}
    where {{ order_changed() }}

)

select * from judged
