{{ config(materialized='view') }}
-- One row per shop order: its state in ShipStation and in uploads, and how many of its units are stocked here.
-- `live_count` is null if ShipStation has no such order.
with orders as (

    select order_number from {{ ref('stg_xcart__orders') }}

),

matched as (

    select
        order_number,
        min(shipstation_order_id) filter (where match_rank = 1) as shipstation_order_id,
        count(*) filter (where order_status <> 'cancelled') as live_count,
        count(*) filter (where order_status = 'shipped') as shipped_count,
        min(ship_date) as ship_date,
        min(departed_at) as departed_at
    from {{ ref('int_local_orders_matched') }}
    group by order_number

),

uploads as (

    select
        order_number,
        arg_max(upload_event, upload_seq) as upload_event,
        nullif(arg_max(coalesce(detail, ''), upload_seq), '') as upload_detail,
        arg_max(noted_at, upload_seq) as upload_noted_at
    from {{ ref('stg_xcart__uploads') }}
    group by order_number

),

items as (

    select
        order_number,
        sum(quantity) filter (where sku_status = 'stocked') as quantity_stocked
    from {{ ref('int_local_lines_resolved') }}
    group by order_number

),

followed as (

    select
        orders.order_number,
        matched.shipstation_order_id,
        matched.live_count,
        matched.shipped_count,
        matched.ship_date,
        matched.departed_at,
        uploads.upload_event,
        uploads.upload_detail,
        uploads.upload_noted_at,
        cast(coalesce(items.quantity_stocked, 0) as bigint) as quantity_stocked
    from orders
    left join matched on orders.order_number = matched.order_number
    left join uploads on orders.order_number = uploads.order_number
    left join items on orders.order_number = items.order_number

)

select * from followed
