-- Every key a row names exists where it points, or a join on it silently loses the row. An empty key is no reference.
-- One node for all tables: in a warm build a node costs more than its check. Tables whose rows are replaced order by
-- order are looked at for the changed orders; in a full build those are all.
{% set lot_of_a_product = {'sku_id': ['products', 'sku_id'], 'lot_id': ['lots', 'lot_id']} -%}
{%- set references = {
    'lots': {'sku_id': ['products', 'sku_id']},
    'inventory_transactions': lot_of_a_product,
    'inventory_daily': {'sku_id': ['products', 'sku_id']},
    'inventory_current': {'sku_id': ['products', 'sku_id']},
    'lot_inventory': {'lot_id': ['lots', 'lot_id']},
    'weekly_shipped_history': {'sku_code': ['products', 'sku_code']},
    'weekly_inventory_report': {'sku_code': ['products', 'sku_code']},
    'order_items_inbox': dict(lot_of_a_product, shipstation_order_id=['orders_inbox', 'shipstation_order_id']),
    'shipped_items': dict(lot_of_a_product, shipstation_order_id=['shipped_orders', 'shipstation_order_id']),
} -%}
{%- set replaced_by_order = ['order_items_inbox', 'shipped_items'] %}

with {% for child in replaced_by_order -%}
replaced_{{ child }} as materialized (

    select {{ references[child] | join(', ') }}
    from {{ ref(child) }}
    where shipstation_order_id in (select changed.shipstation_order_id from {{ ref('int_orders_changed') }} as changed)

){{ ',' if not loop.last }}

{% endfor -%}
{% for child, keys in references.items() -%}
{% set last_child = loop.last -%}
{% for column, target in keys.items() -%}
select
    '{{ child }}.{{ column }}' as key_column,
    cast(child.{{ column }} as varchar) as key_value
from (
    select distinct {{ column }}
    from {{ 'replaced_' ~ child if child in replaced_by_order else ref(child) }}
    where {{ column }} is not null
) as child
where
    not exists (
        select 1 from {{ ref(target[0]) }} as parent
        where parent.{{ target[1] }} = child.{{ column }}
    )
{{ 'union all' if not (last_child and loop.last) }}
{% endfor -%}
{% endfor -%}
