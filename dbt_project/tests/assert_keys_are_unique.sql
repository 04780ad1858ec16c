-- A key of a table as long as the orders is there once; shorter tables have it enforced by their contract. When this
-- fails, a unit, an order or an exception counts twice.
{% for table, key in {
    'charge_details': 'detail_key',
    'exceptions': 'exception_id',
    'order_consignees': 'shipstation_order_id',
    'order_items_inbox': 'shipstation_order_id, line_number',
    'orders_inbox': 'shipstation_order_id',
    'packages': 'package_key',
    'shipped_items': 'shipped_item_id',
    'shipped_orders': 'shipstation_order_id',
}.items() -%}
select
    '{{ table }}' as table_name,
    concat_ws(' ', {{ key }}) as key_value
from {{ ref(table) }}
where {{ is_tested(by_order=table != 'exceptions') }}
group by {{ key }}
having count(*) > 1
{{ 'union all' if not loop.last }}
{% endfor %}
