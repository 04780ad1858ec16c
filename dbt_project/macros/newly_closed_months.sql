{#- Months with a close that no finished build has covered. -#}
{% macro newly_closed_months() -%}
    (
        select closes.month
        from {{ ref('stg_operations__frozen_months') }} as closes
        where closes.load_id in (select new_loads.load_id from {{ ref('stg_shipledger__new_loads') }} as new_loads)
    )
{%- endmacro %}
