{#-
    Every key a row names must exist where it points, or a join on it silently loses the row. One test for all keys of a model:
    `references` maps a column to [model, column]. An empty key is no reference.
-#}
{% test references_exist(model, references) %}

{% for column, target in references.items() %}
select
    '{{ column }}' as key_column,
    cast(child.{{ column }} as varchar) as key_value
from (select distinct {{ column }} from {{ model }} where {{ column }} is not null) as child
where child.{{ column }} not in (select parent.{{ target[1] }} from {{ ref(target[0]) }} as parent)
{{ 'union all' if not loop.last }}
{% endfor %}

{% endtest %}
