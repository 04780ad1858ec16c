{#-
    Every key in a row exists in the referenced model; otherwise a join on it silently loses the row. Null is no
    reference. `keys`: the referenced model and column, by column. `by_order`: the table is replaced order by order.
-#}
{% test references_exist(model, keys, by_order=false) %}
with tested as (

    select {{ keys | join(', ') }}
    from {{ model }}
    where {{ is_tested(by_order) }}

)

{% for column, target in keys.items() -%}
select
    '{{ column }}' as key_column,
    cast(child.{{ column }} as varchar) as key_value
from (
    select distinct {{ column }} from tested
    where {{ column }} is not null
) as child
left join {{ target.to }} as parent on child.{{ column }} = parent.{{ target.field }}
where parent.{{ target.field }} is null
{{ 'union all' if not loop.last }}
{% endfor -%}
{% endtest %}
