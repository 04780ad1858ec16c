-- What a row names by its key exists in the table of that key; an empty key names nothing. When this fails, a join on
-- the key silently loses the row.
{% for table, keys in {
    'inventory_current': {'sku_id': 'products'},
    'inventory_daily': {'sku_id': 'products'},
    'inventory_transactions': {'sku_id': 'products', 'lot_id': 'lots'},
    'lot_inventory': {'lot_id': 'lots'},
    'lots': {'sku_id': 'products'},
    'order_items_inbox': {'sku_id': 'products', 'lot_id': 'lots', 'shipstation_order_id': 'orders_inbox'},
    'shipped_items': {'sku_id': 'products', 'lot_id': 'lots', 'shipstation_order_id': 'shipped_orders'},
    'weekly_inventory_report': {'sku_code': 'products'},
    'weekly_shipped_history': {'sku_code': 'products'},
}.items() -%}
{%- set outer = loop -%}
{%- for key, named in keys.items() -%}
select
    '{{ table }}.{{ key }}' as key_column,
    cast(child.{{ key }} as varchar) as key_value
from (
    select distinct {{ key }} from {{ ref(table) }}
    where {{ key }} is not null and {{ is_tested(by_order=table in ['order_items_inbox', 'shipped_items']) }}
) as child
left join {{ ref(named) }} as parent on child.{{ key }} = parent.{{ key }}
where parent.{{ key }} is null
{{ 'union all' if not (loop.last and outer.last) }}
{% endfor -%}
{%- endfor %}
