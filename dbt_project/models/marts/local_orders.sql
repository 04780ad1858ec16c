{{ config(
    materialized='incremental', incremental_strategy='replace_orders', unique_key='order_number', tags=['xcart'],
    meta={'replaced_orders': 'int_local_orders_changed'}
) }}
-- One row for each order of the shop and how far it is. Its units are counted with ShipStation's orders only; those
-- that wait here are neither allocated nor shipped.
with orders as (

    select * from {{ ref('stg_xcart__orders') }}
    where {{ local_order_changed() }}

),

build_context as (

    select * from {{ ref('stg_shipledger__build_context') }}

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
        arg_max(coalesce(detail, ''), upload_seq) as upload_detail,
        arg_max(noted_at, upload_seq) as upload_noted_at
    from {{ ref('stg_xcart__uploads') }}
    where {{ local_order_changed() }}
    group by order_number

),

items as (

    select
        order_number,
        sum(quantity) filter (where sku_status = 'stocked') as quantity_stocked
    from {{ ref('int_local_lines_resolved') }}
    group by order_number

),

local_orders as (

    select
        ---------- ids
        orders.order_number,
        orders.order_key,
        matched.shipstation_order_id,

        ---------- text
        case
            when matched.live_count = 0 then 'cancelled'
            when matched.live_count = matched.shipped_count then 'shipped'
            when matched.live_count > 0 then 'in_shipstation'
            when uploads.upload_event in ('sending', 'uploaded') then 'uploaded'
            else 'waiting'
        end as state,
        uploads.upload_event,
        nullif(uploads.upload_detail, '') as upload_detail,

        ---------- numerics
        cast(coalesce(items.quantity_stocked, 0) as bigint) as quantity_stocked,

        ---------- booleans
        orders.is_manual_number,
        coalesce(
            orders.changed_at > matched.departed_at
            or (
                matched.departed_at is null
                and {{ business_date('orders.changed_at', 'build_context.timezone') }} >= matched.ship_date
            ),
            false
        ) as is_changed_after_shipping,

        ---------- dates
        cast(orders.printed_at as date) as order_date,
        matched.ship_date,

        ---------- dates, as instants
        orders.printed_at at time zone build_context.timezone as ordered_at,
        orders.first_seen_at,
        orders.changed_at,
        uploads.upload_noted_at
    from orders
    cross join build_context
    left join matched on orders.order_number = matched.order_number
    left join uploads on orders.order_number = uploads.order_number
    left join items on orders.order_number = items.order_number

)

select * from local_orders
