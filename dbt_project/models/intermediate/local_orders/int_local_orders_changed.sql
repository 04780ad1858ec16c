{{ config(tags=['xcart']) }}
-- One row for each order of the shop this build must compute again: it was imported or uploaded in a load that no green
-- build has covered, or an order of ShipStation that is or was the same one is computed again, or a build that did not
-- turn green had it in hand. In a full build: all.
{%- set last_build = previous_build_of('marts', 'local_orders', 'ledger') %}
with touched as (

    {% for table in ['orders', 'uploads'] -%}
    select order_number
    from {{ source('xcart', table) }}
    {% if not flags.FULL_REFRESH -%}
    where _dlt_load_id in {{ unbuilt_loads() }}
    {% endif -%}
    {{ 'union' if not loop.last }}
    {% endfor %}

),

orders as (

    select * from {{ ref('orders_inbox') }}
    where shipstation_order_id in (select changed.shipstation_order_id from {{ ref('int_orders_changed') }} as changed)

),

local_orders as (

    select * from {{ ref('stg_xcart__orders') }}

),

changed as (

    select order_number from touched
    union
    select local_orders.order_number
    from orders
    inner join local_orders on orders.order_key = local_orders.order_key
    union
    select local_orders.order_number
    from orders
    inner join local_orders on orders.order_number = local_orders.order_number
    {%- if last_build is not none %}
    union
    select order_number
    from {{ last_build }}
    where shipstation_order_id in (select orders.shipstation_order_id from orders)
    {%- endif %}
    {{ carried_over('order_number') }}

)

select * from changed
