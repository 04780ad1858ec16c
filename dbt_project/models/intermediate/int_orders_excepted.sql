{{ config(materialized='view') }}
-- One row for each order and thing wrong with it, its lines aside: with the order itself, or with how it left.
with orders as (

    select * from {{ ref('int_orders_flagged') }}

),

merged as (

    select * from {{ ref('int_orders_merged') }}

),

unreported as (

    select * from {{ ref('int_departures') }}
    where held_back_reason is not null

),

departures as (

    select
        shipstation_order_id,
        held_back_reason as exception_type,
        min(order_number) as order_number,
        min(ship_date) as ship_date,
        min(first_seen_at) as first_seen_at
    from unreported
    group by all

),

excepted as (

    select
        'missing_in_shipstation' as exception_type,
        if(merged.merged_into is null, 'warning', 'info') as severity,
        orders.shipstation_order_id,
        orders.order_number,
        null::varchar as subject,
        'merged into ' || merged.merged_into as cause,
        coalesce('Merged into order ' || merged.merged_into, 'ShipStation no longer knows this order')
        || '; it counts as cancelled.' as detail,
        orders.first_seen_at
    from orders
    left join merged on orders.shipstation_order_id = merged.shipstation_order_id
    where orders.is_missing
    union all
    select
        'duplicate_order_number' as exception_type,
        'error' as severity,
        shipstation_order_id,
        order_number,
        null::varchar as subject,
        null::varchar as cause,
        'Different customers have orders numbered ' || order_number || '.' as detail,
        first_seen_at
    from orders
    where has_contested_number
    union all
    select
        exception_type,
        if(exception_type = 'historical_shipment', 'warning', 'error') as severity,
        shipstation_order_id,
        order_number,
        null::varchar as subject,
        'dated ' || ship_date as cause,
        case exception_type
            when 'missing_ship_date' then 'Shipped without any date; its units are in no report.'
            else 'Dated ' || ship_date || ', long before it was first seen; its units are in no report.'
        end as detail,
        first_seen_at
    from departures

)

select * from excepted
