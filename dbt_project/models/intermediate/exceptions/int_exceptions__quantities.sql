{{ config(materialized='incremental', incremental_strategy='append', pre_hook='{{ forget_changed_orders() }}') }}
-- One row per order and product (or unknown SKU text) of which less or more was shipped than ordered: units of a
-- shipped order that no departure carries, and units on labels that its lines do not have. For an order without any
-- lines, the ordered units are unknown.
with orders as (

    select * from {{ ref('int_orders_described') }}
    where {{ order_changed() }}

),

compared as (

    select
        shipstation_order_id,
        goods_key,
        cast(sum(quantity_ordered) as bigint) as quantity_ordered,
        cast(sum(quantity_listed) as bigint) as quantity_listed
    from (
        select
            shipstation_order_id,
            {{ goods_key() }} as goods_key,
            quantity as quantity_ordered,
            0 as quantity_listed
        from {{ ref('int_lines_resolved') }}
        where {{ order_changed() }} and shipment_id is null and not is_adjustment and quantity > 0
        union all
        select
            shipstation_order_id,
            goods_key,
            0 as quantity_ordered,
            quantity as quantity_listed
        from {{ ref('int_lines_listed') }}
        where {{ order_changed() }}
    ) as both_sides
    group by all

),

judged as (

    select
        compared.*,
        orders.order_number,
        orders.first_seen_at,
        coalesce(nullif(compared.goods_key, ''), 'goods without a SKU') as goods,
        orders.order_status = 'shipped' and compared.shipstation_order_id not in (
            select departures.shipstation_order_id from {{ ref('int_departures') }} as departures
            where {{ order_changed() }} and departures.carries_remainder
        ) as is_rest_missing
    from compared
    inner join orders on compared.shipstation_order_id = orders.shipstation_order_id
    where orders.line_count > 0

),

excepted as (

    select
        if(quantity_listed > quantity_ordered, 'more_shipped_than_ordered', 'units_not_on_labels') as exception_type,
        if(quantity_listed > quantity_ordered, 'warning', 'error') as severity,
        shipstation_order_id,
        order_number,
        goods_key as subject,
        quantity_listed || ' of ' || quantity_ordered as cause,
        if(
            quantity_listed > quantity_ordered,
            quantity_listed || ' of ' || goods || ' are on labels, but ' || quantity_ordered || ' were ordered.',
            (quantity_ordered - quantity_listed) || ' of ' || goods || ' were ordered and shipped, but are on no label '
            || 'and no fulfillment; they are in no report.'
        ) as detail,
        first_seen_at
    from judged
    where quantity_listed > quantity_ordered or (is_rest_missing and quantity_listed < quantity_ordered)

)

select * from excepted
