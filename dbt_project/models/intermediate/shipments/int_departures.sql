{{ config(materialized='incremental', incremental_strategy='replace_orders', unique_key='shipstation_order_id') }}
-- depends_on: {{ ref('int_orders_changed') }}
-- One row for each way goods left: a label that is not void; for what no label of a shipped order carries, its first
-- fulfillment; for a shipped order with neither, the order itself. `held_back_reason` names why a departure is in no
-- report. Return labels carry postage but no goods. `carries_remainder`: takes what no label of the order lists; one
-- departure of an order at most. The number is the order's own of now, else the label's. What only the former system
-- knows comes with a full build, under negative ids.
with orders as (

    select * from {{ ref('int_orders_settled') }}

),

build_context as (

    select * from {{ ref('stg_shipledger__build_context') }}

),

departures as (

    select * from {{ ref('int_labels_departed') }}
    union all by name
    select * from {{ ref('int_orders_departed') }}

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
            else {{ reason_of_day_to_come('departures.ship_date', 'build_context.today') }}
        end as held_back_reason,
        orders.shipstation_order_id is not null as has_order
    from departures
    cross join build_context
    left join orders on departures.shipstation_order_id = orders.shipstation_order_id
    {% if not is_incremental() -%}
    union all by name
    select * from {{ ref('int_legacy_departures') }}
    {%- endif %}

)

select * from judged
