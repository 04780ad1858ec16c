{{ config(materialized='view') }}
-- One row per order that was never loaded, but is named by a label, or by a fulfillment after ShipStation answered that
-- it does not have the order. The units that the label lists count.
with departures as (

    select * from {{ ref('int_departures') }}
    where not has_order and coalesce(held_back_reason, 'before_its_day') = 'before_its_day'

),

fulfillments as (

    select * from {{ ref('stg_shipstation__fulfillments') }}
    where not is_voided

),

unknown_orders as (

    select order_states.shipstation_order_id
    from {{ ref('stg_shipstation__order_states') }} as order_states
    left join {{ ref('stg_shipstation__orders') }} as orders
        on order_states.shipstation_order_id = orders.shipstation_order_id
    where order_states.state = 'missing_in_shipstation' and orders.shipstation_order_id is null

),

named as (

    select
        shipstation_order_id,
        'A label was bought for an order' as what,
        order_number,
        first_seen_at
    from departures
    union all
    select
        fulfillments.shipstation_order_id,
        'An order was marked as shipped' as what,
        fulfillments.order_number,
        fulfillments.first_seen_at
    from fulfillments
    inner join unknown_orders on fulfillments.shipstation_order_id = unknown_orders.shipstation_order_id

),

absent as (

    select
        shipstation_order_id,
        min(what) as what,
        min(order_number) as order_number,
        min(first_seen_at) as first_seen_at,
        if(
            shipstation_order_id in (select unknown_orders.shipstation_order_id from unknown_orders),
            'ShipStation does not know', 'never came'
        ) as cause
    from named
    group by shipstation_order_id

),

excepted as (

    select
        'missing_order' as exception_type,
        'error' as severity,
        shipstation_order_id,
        order_number,
        null::varchar as subject,
        cause,
        what || ' that ' || cause || '.' as detail,
        first_seen_at
    from absent

)

select * from excepted
