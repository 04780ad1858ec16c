{{ config(materialized='incremental', incremental_strategy='append', pre_hook='{{ forget_changed_orders() }}') }}
-- One row per order whose number another order has as well. Orders that were split off, merged into another of the
-- number, or cancelled are left out. Customers are compared by ShipStation's id, else by `customer_hash`;
-- `is_one_customer` is null if not all are known.
with orders as (

    select * from {{ ref('int_orders_settled') }}
    where {{ order_changed() }} and has_printed_number

),

merged as (

    select
        order_number,
        try_cast(unnest(merged_ids) as bigint) as shipstation_order_id
    from orders
    where is_merged

),

standing as (

    select
        orders.shipstation_order_id,
        orders.order_number,
        orders.customer_id,
        orders.customer_hash,
        count(*) over (partition by orders.order_number) as order_count
    from orders
    left join merged
        on
            orders.order_number = merged.order_number
            and orders.shipstation_order_id = merged.shipstation_order_id
    where
        orders.parent_order_id is null
        and orders.order_status <> 'cancelled'
        and merged.shipstation_order_id is null

),

identified as (

    select
        *,
        cast(coalesce(
            customer_id,
            if(customer_hash is null, null, min(customer_id) over (partition by order_number, customer_hash))
        ) as varchar) as known_id
    from standing
    where order_count > 1

),

contested as (

    select
        shipstation_order_id,
        order_number,
        order_count,
        case
            when count(distinct coalesce(known_id, customer_hash)) over same_number > 1 then false
            when count(coalesce(known_id, customer_hash)) over same_number = order_count then true
        end as is_one_customer
    from identified
    window same_number as (partition by order_number)

)

select * from contested
