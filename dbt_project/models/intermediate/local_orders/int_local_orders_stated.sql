-- One row per shop order, with its state. Its units count only with ShipStation's orders; units of waiting orders are
-- neither allocated nor shipped.
with orders as (

    select * from {{ ref('stg_xcart__orders') }}

),

build_context as (

    select * from {{ ref('stg_shipledger__build_context') }}

),

followed as (

    select * from {{ ref('int_local_orders_followed') }}

),

local_orders as (

    select
        ---------- ids
        orders.order_number,
        orders.order_key,
        followed.shipstation_order_id,

        ---------- text
        case
            when followed.live_count = 0 then 'cancelled'
            when followed.live_count = followed.shipped_count then 'shipped'
            when followed.live_count > 0 then 'in_shipstation'
            when followed.upload_event in ('sending', 'uploaded') then 'uploaded'
            else 'waiting'
        end as state,
        followed.upload_event,
        followed.upload_detail,

        ---------- numerics
        followed.quantity_stocked,

        ---------- booleans
        orders.is_manual_number,
        coalesce(
            orders.changed_at > followed.departed_at
            or (
                followed.departed_at is null
                and {{ business_date('orders.changed_at', 'build_context.timezone') }} >= followed.ship_date
            ),
            false
        ) as is_changed_after_shipping,

        ---------- dates
        cast(orders.printed_at as date) as order_date,
        followed.ship_date,

        ---------- dates, as instants
        orders.printed_at at time zone build_context.timezone as ordered_at,
        orders.first_seen_at,
        orders.changed_at,
        followed.upload_noted_at
    from orders
    cross join build_context
    inner join followed on orders.order_number = followed.order_number

)

select * from local_orders
