{{ config(materialized='incremental', incremental_strategy='append', pre_hook='{{ forget_changed_orders() }}') }}
-- One row per order: its first departure and its size. Carrier, service and tracking number come from the first label,
-- else from the fulfillment, else from the order itself. A ship date far ahead counts as none.
with orders as (

    select * from {{ ref('int_orders_settled') }}
    where {{ order_changed() }}

),

first_departures as (

    select
        shipstation_order_id,
        min(ship_date) filter (where held_back_reason is distinct from 'future_ship_date') as ship_date,
        first(struct_pack(
            carrier_code := carrier_code,
            service_code := service_code,
            carrier_account_id := carrier_account_id,
            tracking_number := tracking_number
        ) order by departed_at nulls last, shipment_id) as departure
    from {{ ref('int_departures') }}
    where {{ order_changed() }} and departure_kind <> 'return_label'
    group by shipstation_order_id

),

contents as (

    select
        shipstation_order_id,
        count(*) as line_count,
        coalesce(sum(line_quantity) filter (where not is_adjustment), 0) as total_items
    from {{ ref('int_lines_resolved') }}
    where {{ order_changed() }} and shipment_id is null and component_number = 1
    group by shipstation_order_id

),

contested as (

    select * from {{ ref('int_numbers_contested') }}
    where {{ order_changed() }}

),

described as (

    select
        orders.* exclude (items, load_id, carrier_code, service_code, carrier_account_id),
        first_departures.ship_date,
        coalesce(first_departures.departure.carrier_code, orders.carrier_code) as carrier_code,
        coalesce(first_departures.departure.service_code, orders.service_code) as service_code,
        coalesce(first_departures.departure.carrier_account_id, orders.carrier_account_id) as carrier_account_id,
        first_departures.departure.tracking_number,
        coalesce(contents.line_count, 0) as line_count,
        cast(coalesce(contents.total_items, 0) as bigint) as total_items,
        coalesce(contents.line_count, 0) = 0 and orders.order_status not in ('shipped', 'cancelled') as is_ghost,
        contested.order_count as same_number_count,
        contested.is_one_customer,
        contested.shipstation_order_id is not null as has_contested_number
    from orders
    left join contested on orders.shipstation_order_id = contested.shipstation_order_id
    left join first_departures on orders.shipstation_order_id = first_departures.shipstation_order_id
    left join contents on orders.shipstation_order_id = contents.shipstation_order_id

)

select * from described
