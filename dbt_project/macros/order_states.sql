{#- ShipStation's statuses of an order that still has to ship. -#}
{% macro is_open_order(order_status) -%}
    {{ order_status }} in ('awaiting_shipment', 'on_hold', 'pending_fulfillment', 'awaiting_payment')
{%- endmacro %}
