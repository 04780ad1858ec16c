{#-
    A key twice is a unit counted twice. Rows are only ever replaced order by order and every key holds its order, so a warm
    build looks at the orders it replaced; a full build at all.
-#}
{% test unique_among_changed(model, key) %}

select
    {{ key | join(', ') }},
    count(*) as row_count
from {{ model }}
where shipstation_order_id in (select changed.shipstation_order_id from {{ ref('int_orders_changed') }} as changed)
group by {{ key | join(', ') }}
having count(*) > 1

{% endtest %}
