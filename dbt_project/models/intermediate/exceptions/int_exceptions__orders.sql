{{ config(materialized='view') }}
-- One row per order that ShipStation no longer has, or whose number another order has as well.
with orders as (

    select * from {{ ref('int_orders_flagged') }}

),

merged as (

    select * from {{ ref('int_orders_merged') }}

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
        same_number_count || ' orders' as cause,
        case is_one_customer
            when true
                then
                    'One customer has ' || same_number_count || ' orders numbered ' || order_number
                    || ', and none is a split of another.'
            when false then 'Different customers have orders numbered ' || order_number || '.'
            else
                same_number_count || ' orders are numbered ' || order_number
                || ', and it is not known whether they are of one customer.'
        end as detail,
        first_seen_at
    from orders
    where has_contested_number

)

select * from excepted
