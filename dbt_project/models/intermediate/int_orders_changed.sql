-- One row for each order this build must compute again: any of its rows came in a load that no green build has covered.
-- With it come the orders that share its number (one may make the other a duplicate), the order that a label or
-- fulfillment belonged to before, and orders that a new order of the shop tells the origin of. In a full build: all.
{%- set sources = {'orders': 'order_id', 'shipments': 'coalesce(order_id, -shipment_id)',
    'fulfillments': 'coalesce(order_id, -fulfillment_id)', 'order_states': 'order_id'} %}
{%- set parsed_orders = previous_build_of('staging', 'stg_shipstation__orders') %}
with touched as (

    {% for table, order_id in sources.items() -%}
    select {{ order_id }} as shipstation_order_id
    from {{ source('shipstation', table) }}
    {% if not flags.FULL_REFRESH -%}
    where _dlt_load_id in {{ unbuilt_loads(table) }}
    {% endif -%}
    {{ 'union' if not loop.last }}
    {% endfor %}
    {%- for table in ['shipments', 'fulfillments'] %}
    {{ orders_of_last_build(table) }}
    {%- endfor %}
    {{ orders_newly_local('order_key') }}
    {{ orders_newly_local('order_number') }}

),

numbers as (

    select order_number
    from {{ source('shipstation', 'orders') }}
    where order_id in (select touched.shipstation_order_id from touched)
    {% if parsed_orders is not none -%}
    union
    select order_number
    from {{ parsed_orders }}
    where shipstation_order_id in (select touched.shipstation_order_id from touched)
    {%- endif %}

),

changed as (

    select shipstation_order_id from touched
    union
    select order_id
    from {{ source('shipstation', 'orders') }}
    where order_number in (select numbers.order_number from numbers)

)

select * from changed
