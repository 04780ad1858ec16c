{#-
    Condition for the rows that a data test checks: all rows; with the variable `test_changed_orders_only`, which the
    worker sets in an incremental build, those of the orders that the build computed.
-#}
{% macro is_tested(by_order=true) -%}
    {%- set changed_orders = ref('int_orders_changed') -%}
    {% if by_order and var('test_changed_orders_only', false) -%}
    shipstation_order_id in (select changed.shipstation_order_id from {{ changed_orders }} as changed)
    {%- else -%}
    true
    {%- endif %}
{%- endmacro %}
