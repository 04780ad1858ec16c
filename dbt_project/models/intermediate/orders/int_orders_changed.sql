{{ config(pre_hook='{{ forget_changed_rows() }}') }}
-- One row for each order this build must compute again: any of its rows came in a load that no green build has covered.
-- With it come the orders that share its number (one may make the other a duplicate), the order that a label or
-- fulfillment belonged to before, orders that a new order of the shop tells the origin of, those whose ship date has
-- come, and what a build that did not turn green had in hand. In a full build: all.
{%- set sources = {'orders': 'order_id', 'shipments': 'coalesce(order_id, -shipment_id)',
    'fulfillments': 'coalesce(order_id, -fulfillment_id)', 'order_states': 'order_id'} %}
with touched as (

    {% for table, order_id in sources.items() -%}
    select {{ order_id }} as shipstation_order_id
    from {{ source('shipstation', table) }}
    {% if not flags.FULL_REFRESH -%}
    where _dlt_load_id in {{ unbuilt_loads() }}
    {% endif -%}
    {{ 'union' if not loop.last }}
    {% endfor %}
    {%- for table in ['shipments', 'fulfillments'] %}
    {{ orders_of_last_build(table) }}
    {%- endfor %}
    {{ orders_newly_local() }}
    {{ orders_whose_day_came() }}
    {{ carried_over('shipstation_order_id') }}

),

changed as (

    select shipstation_order_id from touched
    {{ orders_of_the_same_number() }}

)

select * from changed
