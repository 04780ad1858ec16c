{{ config(materialized='view') }}
-- One row per order ever loaded from ShipStation. `total_items` adds up the lines as sold, without adjustments; it is
-- not in component units and no report uses it.
with orders as (

    select * from {{ ref('int_orders_described') }}

),

carriers as (

    select * from {{ ref('int_carriers_named') }}

),

accounts as (

    select distinct carrier_id from {{ ref('stg_shipstation__carriers') }}

),

services as (

    select * from {{ ref('int_services_named') }}

),

local_orders as (

    select * from {{ ref('stg_xcart__orders') }}

),

build_context as (

    select * from {{ ref('stg_shipledger__build_context') }}

),

listed as (

    select
        ---------- ids
        orders.shipstation_order_id,
        orders.order_number,
        orders.order_key,
        coalesce(accounts.carrier_id, carriers.carrier_id) as carrier_id,

        ---------- text
        orders.order_status,
        case
            when by_key.order_number is not null then 'local'
            when {{ is_manual_number('orders.order_number') }} then 'manual'
            when by_number.order_number is not null then 'local'
            else 'channel'
        end as order_origin,
        orders.carrier_code,
        carriers.carrier_name,
        orders.service_code,
        services.service_name,
        orders.tracking_number,

        ---------- numerics
        orders.total_items,

        ---------- booleans
        {{ is_open_order('orders.order_status') }} as is_open,
        orders.is_ghost,
        orders.is_missing,
        orders.is_work_in_progress and orders.is_ghost as is_work_in_progress,
        coalesce(orders.has_contested_number, false) as has_contested_number,

        ---------- dates
        {{ business_date('coalesce(orders.ordered_at, orders.created_at)', 'build_context.timezone') }} as order_date,
        orders.ship_date,

        ---------- dates, as instants
        orders.created_at,
        orders.modified_at,
        orders.first_seen_at
    from orders
    cross join build_context
    left join local_orders as by_key on orders.order_key = by_key.order_key
    left join local_orders as by_number on orders.order_number = by_number.order_number
    left join accounts on orders.carrier_account_id = accounts.carrier_id
    left join carriers on orders.carrier_code = carriers.carrier_code
    left join services on orders.carrier_code = services.carrier_code and orders.service_code = services.service_code

)

select * from listed
