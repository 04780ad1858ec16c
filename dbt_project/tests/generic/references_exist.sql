{#-
    Every key a row names must exist where it points, or a join on it silently loses the row. One test for all keys of a model:
    `references` maps a column to [model, column]. An empty key is no reference. With `among_changed`, a warm build looks at
    the orders it replaced; a full build at all.
-#}
{% test references_exist(model, references, among_changed=false) %}

{% for column, target in references.items() %}
select
    '{{ column }}' as key_column,
    cast(child.{{ column }} as varchar) as key_value
from (
    select distinct {{ column }}
    from {{ model }}
    where
        {{ column }} is not null
        {% if among_changed -%}
        and shipstation_order_id in (
            select changed.shipstation_order_id from {{ ref('int_orders_changed') }} as changed
        )
        {%- endif %}
) as child
where not exists (
    select 1 from {{ ref(target[0]) }} as parent where parent.{{ target[1] }} = child.{{ column }}
)
{{ 'union all' if not loop.last }}
{% endfor %}

{% endtest %}
