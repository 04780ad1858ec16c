-- A key twice is a unit counted twice. These tables are replaced order by order, for which DuckDB's own keys are too
-- eager; every key holds its order, so a warm build looks at the orders it replaced; a full build at all.
{% set keys = {
    'order_items_inbox': 'line_number',
    'shipped_items': 'shipped_item_id',
    'shipped_orders': "'the order'",
    'order_consignees': "'the order'",
} %}

{% for table, key in keys.items() -%}
select
    '{{ table }}' as table_name,
    cast(shipstation_order_id as varchar) as order_id,
    cast({{ key }} as varchar) as key_in_order,
    count(*) as row_count
from {{ ref(table) }}
where shipstation_order_id in (select changed.shipstation_order_id from {{ ref('int_orders_changed') }} as changed)
group by all
having count(*) > 1
{{ 'union all' if not loop.last }}
{% endfor -%}
