{#- A duplicate key is a unit counted twice. `by_order`: the table is replaced order by order. -#}
{% test is_unique(model, columns, by_order=false) %}
select {{ columns | join(', ') }}
from {{ model }}
where {{ is_tested(by_order) }}
group by all
having count(*) > 1
{% endtest %}
